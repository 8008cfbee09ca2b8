"""Inspects the files of an input before the engines read them: counts records, reports faults.

Each engine reads CSV in its own way, and repairs a broken file silently: DuckDB drops surplus
fields, Spark fills in missing ones. Therefore a file is read here first, by RFC 4180 with the
dialect that the user names. The run stops if the file is broken, or if the engines would read it
differently. If it is intact but in a form that the engines read differently (another encoding,
mixed line ends, lines to skip), they read a plain copy. The record count of this module is compared
with the number of lines in the warehouse.

A file is read as a stream of bytes in blocks of whole records. numpy finds the delimiters, quotes
and line ends of a block at once, so that a million lines take half a second and the memory of a few
blocks.
"""

import codecs
import glob
import hashlib
import io
import os
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import partial
from typing import NoReturn

import numpy as np

CHUNK_BYTES = 1 << 20
# DuckDB reads records of up to 2 MB.
RECORD_BYTES = 1_900_000
LF, CR = 10, 13
LINE_END = re.compile(rb"\r\n|\n|\r")
LINE_END_NAMES = {"\n": "LF", "\r\n": "CR LF", "\r": "CR"}
# Characters that engines read as a pattern of file names, although a name may contain them.
PATTERN_CHARACTERS = re.compile(r"[*?\[\]{}\\]")
OTHER_FORMATS = [
    (b"\x1f\x8b", "gzip", "Give it a name that ends in .gz."),
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Unpack it, or save it as CSV."),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook", "Save it as CSV."),
    (b"PAR1", "Parquet", "Give it a name that ends in .parquet."),
    (b"BZh", "bzip2", "Unpack it first."),
    (b"\xfd7zXZ", "xz", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "zstd", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first."),
    (b"%PDF", "PDF", "Save it as CSV."),
]
BYTE_ORDER_MARKS = [
    # UTF-32 first, because its little-endian mark starts with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
# Increase this number if the copy of an unchanged file would change.
COPY_VERSION = 2
# Codecs of domain names and of source code, not of files.
NO_ENCODINGS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}

_inspected: dict[tuple, dict | str] = {}


def inspect_input(path: str, options: dict, copies: str) -> dict:
    """Inspect the files of an input: count their records, read their headers, find their faults.

    Parameters
    ----------
    path : str
        A file or a pattern of files (``*``, ``?``, ``[..]``, ``**``, ``{a,b}``), relative to the
        current folder.
    options : dict
        The CSV dialect: ``delim``, ``quote``, ``escape``, ``encoding``, ``skip``, ``comment``,
        ``new_line``. For the messages: ``options_var`` (the var with these options) and ``rows``
        (what the records are called). ``headers_only`` (bool) limits the inspection to the headers
        of the first file: faults after them are not found, ``record_count`` is None, and no copy is
        made.
    copies : str
        Folder of the plain copies; it is created when needed.

    Returns
    -------
    dict
        ``is_local`` : bool
            False for an address (``s3://...``), which is not inspected.
        ``files`` : list of dict
            One per file, by path: ``path``, ``name`` (for messages), ``short_name`` (relative to
            the folder that all files share), ``read_path`` (the file or its copy), ``format`` (csv,
            parquet), ``encoding`` (of `read_path`: utf-8, latin-1), ``headers`` (list of str),
            ``record_count`` (int, without the header), ``is_copy`` (bool), ``parallel`` (bool:
            DuckDB may read `read_path` with several threads), ``bytes`` (int, of `path`),
            ``sha256`` (of `path`).
        ``problem`` : str or None
            The fault of the first unusable file, its place, and what to do. ``files`` then holds
            the files before it.
        ``dialect`` : dict
            ``delim``, ``quote`` and ``escape`` for reading `read_path`. An escape option of ""
            becomes the quote; without a quote there is no escape. Missing if the options are
            invalid.

    Notes
    -----
    RFC 4180. An empty line is not a record; a line of delimiters is one. A bad input is a
    ``problem`` and raises nothing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     orders = pathlib.Path(folder, "orders.csv")
    ...     _ = orders.write_text("id,amount\\n1,2.50\\n2,4.00\\n")
    ...     result = inspect_input(str(orders), options={}, copies=folder)
    >>> result["files"][0]["headers"], result["files"][0]["record_count"], result["problem"]
    (['id', 'amount'], 2, None)
    """
    result = {"is_local": "://" not in path, "files": [], "problem": None}
    try:
        dialect = _checked_dialect(options)
        result["dialect"] = {
            "delim": dialect.delim,
            "quote": dialect.quote,
            "escape": dialect.escape,
        }
        if not result["is_local"]:
            return result
        paths = _matched_files(path, dialect)
        if options.get("headers_only"):
            stat = os.stat(paths[0])
            key = ("headers", os.path.abspath(paths[0]), stat.st_size, stat.st_mtime_ns)
            key += astuple(dialect)
            if key not in _inspected:
                _inspected[key] = _headers_of(paths[0], dialect)
            result["files"] = [dict(_inspected[key])]
            return result
        for file_path in paths:
            result["files"].append(_inspect_once(file_path, dialect, copies))
        formats = {file["format"] for file in result["files"]}
        if len(formats) > 1:
            raise InputProblem(
                f"{path} matches CSV and Parquet files: name the {dialect.rows} of one format only."
            )
    except InputProblem as problem:
        result["problem"] = str(problem)
    if not result["files"]:
        return result
    folders = [os.path.dirname(os.path.abspath(file["path"])) for file in result["files"]]
    for file in result["files"]:
        file["short_name"] = os.path.relpath(file["path"], os.path.commonpath(folders))
    return result


class InputProblem(Exception):
    """A fault of an input; the message names the fault, its place and the remedy."""


class _StreamFault(Exception):
    """A fault at the end of the bytes that a stream has yielded; the caller adds the line."""


@dataclass(frozen=True)
class _Dialect:
    """The checked dialect of the CSV files."""

    delim: str
    quote: str
    escape: str
    encoding: str
    skip: int
    comment: str
    new_line: str | None
    options_var: str
    rows: str

    def advise(self, option: str, value: str) -> str:
        """Spell an option as the user writes it into the vars."""
        return f"{self.options_var}: {{{option}: {value}}}"

    @property
    def doubles_quotes(self) -> bool:
        return self.escape == self.quote


def _checked_dialect(options: dict) -> _Dialect:
    """Check the options, and fill in the defaults."""
    variable = options.get("options_var") or "csv_options"

    def refuse(option: str, expected: str) -> NoReturn:
        raise InputProblem(f"{variable}.{option} is {options.get(option)!r}: {expected}")

    def character(option: str, default: str) -> str:
        value = options.get(option)
        if value is None:
            return default
        if not isinstance(value, str) or len(value) > 1:
            refuse(option, "it must be one character, or '' for none.")
        if value in ("\n", "\r", "\0"):
            refuse(option, "a line end cannot be meant.")
        if not value.isascii():
            refuse(option, "it must be an ASCII character.")
        return value

    delim = options.get("delim")
    delim = "," if delim is None else delim
    if delim == "\\t":
        refuse("delim", 'write a tab as "\\t", in double quotes.')
    if not isinstance(delim, str) or len(delim) != 1:
        refuse("delim", "it must be exactly one character, such as ';'.")
    if not delim.isascii():
        # DuckDB misreads a delimiter of several bytes at the end of a buffer.
        refuse("delim", "it must be an ASCII character. Save the file with ';' or a tab.")
    if delim in "\r\n\0":
        refuse("delim", "a line end cannot stand between fields.")
    quote = character("quote", '"')
    comment = character("comment", "")
    if quote == delim:
        refuse("quote", "it cannot be the delim.")
    escape = character("escape", quote)
    if not quote:
        if escape not in ("", '"'):
            refuse("escape", f"without a quote nothing is escaped. Leave {variable}.escape out.")
        escape = ""
    escape = escape or quote
    if escape and escape == delim:
        refuse("escape", "it cannot be the delim.")
    if comment and comment in (delim, quote, escape):
        refuse("comment", "it cannot be the delim, the quote or the escape.")

    skip = options.get("skip")
    skip = 0 if skip is None else skip
    if isinstance(skip, bool) or not isinstance(skip, int) or skip < 0:
        refuse("skip", "it must be a number of lines: 0, 1, 2, ...")
    new_line = options.get("new_line")
    if new_line is not None and new_line not in LINE_END_NAMES:
        refuse("new_line", 'it must be "\\n", "\\r\\n" or "\\r", in double quotes.')

    said = options.get("encoding")
    said = "utf-8" if said is None else said
    try:
        if not isinstance(said, str):
            raise LookupError
        codec = codecs.lookup(said)
        if not codec._is_text_encoding or codec.name.replace("_", "-") in NO_ENCODINGS:
            raise LookupError
        codecs.getincrementaldecoder(said)
    except (LookupError, ValueError):
        refuse("encoding", "no such encoding is known. Try utf-8, windows-1252 or utf-16.")
    encoding = {"iso8859-1": "latin-1", "utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(
        codec.name, codec.name
    )
    return _Dialect(
        delim=delim,
        quote=quote,
        escape=escape,
        encoding=encoding,
        skip=skip,
        comment=comment,
        new_line=new_line,
        options_var=variable,
        rows=options.get("rows") or "rows",
    )


def _matched_files(path: str, dialect: _Dialect) -> list[str]:
    """List the files of a path or pattern, sorted."""
    if os.path.isdir(path):
        raise InputProblem(f"{path} is a folder. Name its files, such as {path.rstrip('/')}/*.csv.")
    if os.path.exists(path):
        return [path]
    try:
        matched = {
            match
            for pattern in _without_braces(path)
            for match in (
                [pattern] if os.path.isfile(pattern) else glob.glob(pattern, recursive=True)
            )
            if os.path.isfile(match)
        }
    except (re.error, ValueError, OSError) as error:
        raise InputProblem(f"{path} is no pattern of files: {error}.") from error
    if not matched:
        raise InputProblem(
            f"{path}: no file matches (the current folder is {os.getcwd()}). Name the file of the "
            f"{dialect.rows}, or a pattern of files such as exports/*.csv."
        )
    return sorted(matched)


def _without_braces(pattern: str) -> Iterator[str]:
    """Expand ``{a,b}`` in a pattern; braces may be nested."""
    start = pattern.find("{")
    while start >= 0:
        depth, parts, begin = 0, [], start + 1
        for place in range(start, len(pattern)):
            character = pattern[place]
            depth += (character == "{") - (character == "}")
            if (character == "," and depth == 1) or depth == 0:
                parts.append(pattern[begin:place])
                begin = place + 1
            if depth == 0:
                for part in parts:
                    yield from _without_braces(pattern[:start] + part + pattern[place + 1 :])
                return
        start = pattern.find("{", start + 1)
    yield pattern


def _inspect_once(path: str, dialect: _Dialect, copies: str) -> dict:
    """Return the result of `_inspect_csv` or `_inspect_parquet`, cached until the file changes."""
    try:
        stat = os.stat(path)
    except OSError as error:
        raise InputProblem(f"{path} cannot be read: {error.strerror}.") from error
    key = (os.path.abspath(path), path, stat.st_size, stat.st_mtime_ns, copies)
    key += astuple(dialect)
    kept = _inspected.get(key)
    if isinstance(kept, dict) and kept["is_copy"] and not os.path.exists(kept["read_path"]):
        kept = None
    if kept is None:
        lower = path.lower()
        version = repr(
            (COPY_VERSION, os.path.abspath(path), stat.st_size, stat.st_mtime_ns, astuple(dialect))
        )
        stem = re.sub(r"[^A-Za-z0-9]+", "_", os.path.basename(path).split(".")[0])[:40]
        copy = os.path.join(copies, f"{stem}-{hashlib.sha256(version.encode()).hexdigest()[:16]}")
        try:
            if stat.st_size == 0:
                raise InputProblem(f"{path} is empty: 0 bytes.")
            if lower.endswith(".parquet"):
                kept = _inspect_parquet(path, copy + ".parquet")
            elif re.search(r"\.(csv|tsv|txt)(\.gz)?$", lower):
                kept = _inspect_csv(path, dialect, copy + ".csv")
            else:
                raise InputProblem(
                    f"{path} must end in .csv, .tsv, .txt (also with .gz after it) or .parquet."
                )
            kept["bytes"] = stat.st_size
            with open(path, "rb") as file:
                kept["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        except InputProblem as problem:
            kept = str(problem)
        except OSError as error:
            # The error may not occur the next time, so that it is not cached.
            raise InputProblem(f"{path} cannot be read or copied: {error}.") from error
        _inspected[key] = kept
    if isinstance(kept, str):
        raise InputProblem(kept)
    return {**kept, "headers": list(kept["headers"])}


def _headers_of(path: str, dialect: _Dialect) -> dict:
    """Read the headers of a file, from which the caller selects a preset."""
    file = {"path": path, "name": path, "read_path": path, "record_count": None, "is_copy": False}
    try:
        if path.lower().endswith(".parquet"):
            return {**_inspect_parquet(path, None), **file}
        if os.path.getsize(path) == 0:
            raise InputProblem(f"{path} is empty: 0 bytes.")
        source = _Source(path, dialect)
        headers = _read_csv(source, headers_only=True)["headers"]
    except OSError as error:
        raise InputProblem(f"{path} cannot be read: {error}.") from error
    encoding = "latin-1" if source.is_latin1 else "utf-8"
    return {**file, "format": "csv", "encoding": encoding, "headers": headers}


def _inspect_parquet(path: str, copy: str | None) -> dict:
    """Read columns and row count from the metadata of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            headers = list(file.schema_arrow.names)
            record_count = file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise InputProblem(
            f"{path} is no whole Parquet file: {reason}. Write or copy it again."
        ) from error
    seen: dict[str, str] = {}
    for header in headers:
        # Both engines ignore the case of column names.
        other = seen.setdefault(header.lower(), header)
        if other is not header:
            raise InputProblem(
                f"{path} has two columns with one name, {other!r} and {header!r}. Give each a name "
                "of its own."
            )
    is_copy = copy is not None and bool(PATTERN_CHARACTERS.search(path))
    if is_copy and not os.path.exists(copy):
        with _replacing(copy) as target, open(path, "rb") as source:
            shutil.copyfileobj(source, target)
    return {
        "path": path,
        "name": path,
        "read_path": copy if is_copy else path,
        "format": "parquet",
        "encoding": "utf-8",
        "headers": headers,
        "record_count": record_count,
        "is_copy": is_copy,
        "parallel": True,
    }


class _replacing:
    """Writes a temporary file that gets its final name when it is complete."""

    def __init__(self, path: str):
        self.path, self.beside = path, f"{path}.{os.getpid()}.part"

    def __enter__(self) -> io.BufferedWriter:
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        self.file = open(self.beside, "wb")
        return self.file

    def __exit__(self, kind, value, traceback) -> None:
        self.file.close()
        if kind is None:
            os.replace(self.beside, self.path)
        else:
            os.remove(self.beside)


class _Source:
    """A CSV file as a stream of bytes, which can be read from the start repeatedly.

    The stream is UTF-8, or latin-1 if that is its `encoding`, without a byte order mark. Skipped
    lines and comments keep their line ends, so that line numbers can be counted.
    """

    def __init__(self, path: str, dialect: _Dialect):
        self.path, self.dialect = path, dialect
        self.is_gzip = path.lower().endswith(".gz")
        self.is_plain_gzip = True
        with open(path, "rb") as file:
            head = file.read(8)
        self._refuse_other_formats(head, self.is_gzip)
        if self.is_gzip:
            # DuckDB supports only the gzip flags of an extra field and of a name.
            self.is_plain_gzip = len(head) > 3 and not head[3] & ~0x0C
            head = next(self.file_bytes(), b"")[:8]
            self._refuse_other_formats(head, False)
        self.encoding = dialect.encoding
        self.mark = b""
        for mark, encoding in BYTE_ORDER_MARKS:
            if head.startswith(mark):
                self.mark, self.encoding = mark, encoding
                break
        # In UTF-16, every second byte of Latin letters is 0.
        self.seems_utf16 = len(head) > 3 and not (any(head[::2]) and any(head[1::2]))
        self.is_latin1 = self.encoding == "latin-1"

    def _refuse_other_formats(self, head: bytes, is_gzip: bool) -> None:
        if is_gzip and not b"\x1f\x8b".startswith(head[:2]):
            raise InputProblem(
                f"{self.path} is not gzip, although its name ends in .gz. Take .gz off its name, "
                "or compress it."
            )
        for magic, label, advice in OTHER_FORMATS[1 if is_gzip else 0 :]:
            if head.startswith(magic):
                what = "holds" if self.is_gzip and not is_gzip else "is"
                raise InputProblem(f"{self.path} {what} {label}, not CSV. {advice}")

    def file_bytes(self) -> Iterator[bytes]:
        """Yield the bytes of the file, unpacked. The whole gzip stream is checked."""
        with open(self.path, "rb") as file:
            chunks = iter(partial(file.read, CHUNK_BYTES), b"")
            yield from self._unpacked(chunks) if self.is_gzip else chunks

    def _unpacked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        damaged = "Copy or download it again: `gzip -t` must find no fault."
        stream = zlib.decompressobj(31)
        packed = next(chunks, b"")
        while True:
            is_end = not packed
            try:
                data = stream.flush() if is_end else stream.decompress(packed, 4 * CHUNK_BYTES)
            except zlib.error as error:
                raise InputProblem(f"{self.path} is damaged gzip: {error}. {damaged}") from error
            if data:
                yield data
            if not stream.eof:
                if is_end:
                    raise InputProblem(f"{self.path} is cut: its gzip stream has no end. {damaged}")
                packed = stream.unconsumed_tail or next(chunks, b"")
                continue
            packed = stream.unused_data or next(chunks, b"")
            if packed.startswith(b"\0"):
                # Some tools pad with zeros; gzip ignores them, DuckDB does not.
                self.is_plain_gzip = False
                while packed and not (packed := packed.lstrip(b"\0")):
                    packed = next(chunks, b"")
            if not packed:
                return
            if len(packed) == 1:
                packed += next(chunks, b"")
            if not packed.startswith(b"\x1f\x8b"):
                raise InputProblem(
                    f"{self.path} has bytes after the end of its gzip stream that are not gzip. "
                    f"{damaged}"
                )
            stream = zlib.decompressobj(31)

    def text(self) -> Iterator[bytes]:
        """Yield the stream with all its lines."""
        chunks = self.file_bytes()
        if self.mark:
            head = b""
            while len(head) < len(self.mark):
                head += next(chunks)
            chunks = _chained(head[len(self.mark) :], chunks)
        if self.is_latin1:
            yield from self._latin1(chunks)
        elif self.encoding == "utf-8":
            yield from self._utf8(chunks)
        else:
            yield from self._decoded(chunks)

    def _latin1(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if not chunk.isascii():
                values = np.frombuffer(chunk, np.uint8)
                # DuckDB refuses these control characters; they are letters of another encoding.
                wrong = np.flatnonzero((values >= 0x80) & (values < 0xA0))
                if len(wrong):
                    yield chunk[: wrong[0]]
                    self._refuse_byte(chunk[wrong[0]])
            yield chunk

    def _utf8(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for chunk in _chained(chunks, b""):
            pending = decoder.getstate()[0]
            if pending or not chunk or not chunk.isascii():
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    yield chunk[: max(error.start - len(pending), 0)]
                    self._refuse_byte(error.object[error.start])
            yield chunk

    def _decoded(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        is_start = True
        for chunk in _chained(chunks, b""):
            wrong, state = None, decoder.getstate()
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError:
                decoder.setstate(state)
                text, wrong = _good_part(decoder, chunk)
            if is_start and text:
                text, is_start = text.removeprefix("\ufeff"), False
            # Some codecs produce surrogates, which UTF-8 cannot encode.
            data = text.encode("utf-8", "replace")
            yield data
            if wrong is not None:
                self._refuse_byte(wrong)

    def _advise_encoding(self) -> str:
        if self.mark:
            return "The file begins with its mark, so it may be cut or damaged: export it again."
        others = {"utf-8": ("windows-1252", "latin-1"), "latin-1": ("windows-1252", "utf-8")}
        first, second = others.get(self.encoding, ("utf-8", "latin-1"))
        advice = self.dialect.advise("encoding", first)
        return f"Name the encoding of the file: {advice}, or {second}."

    def _refuse_byte(self, byte: int) -> NoReturn:
        raise _StreamFault(
            f"the byte 0x{byte:02x} is not in the encoding {self.encoding}. "
            + self._advise_encoding()
        )

    def lines(self) -> Iterator[bytes]:
        """Yield the stream with skipped lines and comments emptied; no chunk splits a CR LF."""
        chunks = _whole_line_ends(self.text())
        if self.dialect.skip:
            chunks = self._without_skipped(chunks)
        if self.dialect.comment:
            chunks = self._without_comments(chunks)
        return chunks

    def _without_skipped(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        left = self.dialect.skip
        for chunk in chunks:
            if not left:
                yield chunk
                continue
            ends, rest = [], len(chunk)
            for end in LINE_END.finditer(chunk):
                ends.append(end[0])
                left -= 1
                if not left:
                    rest = end.end()
                    break
            yield b"".join(ends) + chunk[rest:]

    def _without_comments(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        comment = self.dialect.comment.encode()
        quote = self.dialect.quote.encode()
        escaped = None
        if quote and not self.dialect.doubles_quotes:
            escaped = re.compile(re.escape(self.dialect.escape.encode()) + b".", re.DOTALL)
        is_inside, carried = False, b""
        for chunk in _chained(chunks, b""):
            lines = (carried + chunk).splitlines(keepends=True)
            carried = lines.pop() if chunk and lines and lines[-1][-1] not in b"\r\n" else b""
            done = []
            for line in lines:
                if not is_inside and line.startswith(comment):
                    end = LINE_END.search(line)
                    done.append(end[0] if end else b"")
                    continue
                parts = [line]
                if quote:
                    parts = (escaped.sub(b"", line) if escaped else line).split(quote)
                if comment in line and any(comment in part for part in parts[is_inside::2]):
                    yield b"".join(done)
                    raise _StreamFault(
                        f"{self.dialect.comment!r} stands within the line, outside quotes, and "
                        f"{self.dialect.options_var}.comment says that comments begin with it. "
                        "Quote the field, or take comment out if the lines that begin so are data."
                    )
                is_inside ^= (len(parts) - 1) & 1
                done.append(line)
            yield b"".join(done)

    def line_number(self, offset: int) -> int:
        """Compute the line number, from 1, of a byte of the stream."""
        line = 1
        try:
            for chunk in self.lines():
                part = chunk[:offset]
                line += part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")
                offset -= len(chunk)
                if offset <= 0:
                    break
        except _StreamFault:
            pass
        return line

    def check_gzip(self) -> None:
        """Raise the fault of the gzip stream, which explains a fault of its content."""
        if self.is_gzip:
            for _ in self.file_bytes():
                pass


def _good_part(decoder: codecs.IncrementalDecoder, chunk: bytes) -> tuple[str, int]:
    """Return the text before the first byte that a decoder refuses, and that byte."""
    good, place = [], 0
    try:
        for place in range(len(chunk)):
            good.append(decoder.decode(chunk[place : place + 1]))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return "".join(good), error.object[error.start]
    except UnicodeError:
        pass
    return "".join(good), chunk[place] if chunk else 0


def _chained(*parts: bytes | Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        if isinstance(part, bytes):
            yield part
        else:
            yield from part


def _whole_line_ends(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes in chunks, none of which ends between a CR and an LF."""
    held = b""
    for chunk in chunks:
        if held:
            chunk = held + chunk
        held = b""
        if chunk.endswith(b"\r"):
            chunk, held = chunk[:-1], b"\r"
        if chunk:
            yield chunk
    if held:
        yield held


@dataclass
class _Block:
    """Whole records of a stream.

    Attributes
    ----------
    data : bytes
        The bytes of the records.
    offset : int
        Position of `data` in the stream.
    starts, ends : int64 numpy.ndarray of shape (records,)
        Positions in `data`, without the line end. An empty line is a record of length 0.
    field_counts : numpy.ndarray of shape (records,)
        Fields per record.
    end_kinds, end_widths : numpy.ndarray of shape (records,)
        First byte of the line end (0 without one), and its number of bytes.
    quote_fault : int or None
        Position of the first quote that is not allowed where it is.
    quote_opening : int or None
        Position where the field of that quote begins.
    has_odd_escape : bool
        Whether there is an escape that the engines interpret differently.
    """

    data: bytes
    offset: int
    starts: np.ndarray
    ends: np.ndarray
    field_counts: np.ndarray
    end_kinds: np.ndarray
    end_widths: np.ndarray
    quote_fault: int | None = None
    quote_opening: int | None = None
    has_odd_escape: bool = False


class _UnclosedQuote(Exception):
    """A quote that is not closed, at a byte of the stream."""

    def __init__(self, offset: int, is_end: bool):
        super().__init__(offset)
        self.offset, self.is_end = offset, is_end


class _LongRecord(Exception):
    """A record over `RECORD_BYTES`, at a byte of the stream."""

    def __init__(self, offset: int):
        super().__init__(offset)
        self.offset = offset


def _blocks(chunks: Iterable[bytes], dialect: _Dialect) -> Iterator[_Block]:
    """Cut a stream into blocks of whole records."""
    rest, offset = b"", 0
    chunks = iter(chunks)
    while True:
        chunk = next(chunks, None)
        is_last = chunk is None
        data = rest if is_last else rest + chunk
        if not data:
            if is_last:
                return
            continue
        block, opening = _block(data, offset, dialect, is_last)
        size = int(block.ends[-1] + block.end_widths[-1]) if len(block.ends) else 0
        is_stuck = is_last or len(data) - size > RECORD_BYTES
        if block.quote_fault is not None and block.quote_fault >= size and not is_stuck:
            # The record of the fault is not complete yet.
            block.quote_fault = None
        if size or block.quote_fault is not None:
            yield block
        rest = data[size:]
        if is_stuck and opening is not None:
            raise _UnclosedQuote(offset + opening, is_end=is_last)
        if is_last:
            return
        if is_stuck:
            raise _LongRecord(offset + size)
        offset += size


def _block(data: bytes, offset: int, dialect: _Dialect, is_last: bool) -> tuple[_Block, int | None]:
    """Find the records in bytes that start with a record.

    Returns
    -------
    _Block
        The records that end within `data`; in the last block, the end of the data ends a record.
    int or None
        Position of an opening quote that is not closed within `data`.
    """
    values = np.frombuffer(data, np.uint8)
    delim = ord(dialect.delim)
    quote = ord(dialect.quote) if dialect.quote else -1
    is_special = values == LF
    is_special |= values == delim
    if b"\r" in data:
        is_special |= values == CR
    has_quotes = quote >= 0 and quote in data
    if has_quotes:
        is_special |= values == quote
    has_odd_escape = False
    escapes = None
    if quote >= 0 and not dialect.doubles_quotes and ord(dialect.escape) in data:
        escapes = _active(np.flatnonzero(values == ord(dialect.escape)))
        escapes = escapes[escapes + 1 < len(data)]
        is_special[escapes + 1] = False
        is_special[escapes] = False
    places = np.flatnonzero(is_special)
    kinds = values[places]

    fault = field_opening = opening = None
    quote_places = places[:0]
    if has_quotes:
        is_quote = kinds == quote
        is_inside = np.cumsum(is_quote, dtype=np.int64) & 1 == 1
        quote_at = np.flatnonzero(is_quote)
        quote_places = places[quote_at]
        opens = is_inside[quote_at]
        # The special bytes directly before and after each quote, or 0 for other bytes.
        before = np.zeros(len(quote_at), np.uint8)
        after = np.zeros(len(quote_at), np.uint8)
        if len(quote_at):
            inner = quote_at > 0
            at = quote_at[inner]
            before[inner] = np.where(places[at - 1] == places[at] - 1, kinds[at - 1], 0)
            inner = quote_at + 1 < len(places)
            at = quote_at[inner]
            after[inner] = np.where(places[at + 1] == places[at] + 1, kinds[at + 1], 0)
            follows_quote = before == quote
            if dialect.doubles_quotes:
                may_open = before != 0
                may_close = after != 0
            else:
                may_open = (before != 0) & ~follows_quote
                may_close = (after != 0) & (after != quote)
            may_open |= quote_places == 0
            # The byte after the last one is checked with the next block.
            may_close |= quote_places == len(data) - 1
            wrong = np.flatnonzero(np.where(opens, ~may_open, ~may_close))
            begins = quote_places[opens & ~follows_quote]
            if len(wrong):
                fault = int(quote_places[wrong[0]])
                field_opening = int(begins[np.searchsorted(begins, fault, "right") - 1])
            if opens[-1]:
                opening = int(begins[-1]) if len(begins) else int(quote_places[-1])
        outside = ~(is_quote | is_inside)
        places, kinds = places[outside], kinds[outside]
    if escapes is not None and len(escapes):
        inside = np.searchsorted(quote_places, escapes) & 1 == 1
        follower = values[escapes + 1]
        is_usual = inside & ((follower == quote) | (follower == ord(dialect.escape)))
        has_odd_escape = not is_usual.all()

    widths = np.ones(len(places), np.int64)
    if b"\r" in data:
        is_pair = (kinds[:-1] == CR) & (kinds[1:] == LF) & (np.diff(places) == 1)
        widths[:-1][is_pair] = 2
        keep = np.ones(len(places), bool)
        keep[1:][is_pair] = False
        places, kinds, widths = places[keep], kinds[keep], widths[keep]
    ends_at = np.flatnonzero(kinds != delim)
    ends, end_kinds, end_widths = places[ends_at], kinds[ends_at], widths[ends_at]
    done = int(ends[-1] + end_widths[-1]) if len(ends) else 0
    if is_last and done < len(data) and opening is None:
        # The last record has no line end.
        ends_at = np.append(ends_at, len(places))
        ends = np.append(ends, len(data))
        end_kinds = np.append(end_kinds, np.uint8(0))
        end_widths = np.append(end_widths, 0)
    starts = np.empty_like(ends)
    if len(ends):
        starts[0] = 0
        starts[1:] = ends[:-1] + end_widths[:-1]
    return (
        _Block(
            data=data,
            offset=offset,
            starts=starts,
            ends=ends,
            field_counts=np.diff(ends_at, prepend=-1),
            end_kinds=end_kinds,
            end_widths=end_widths,
            quote_fault=fault,
            quote_opening=field_opening,
            has_odd_escape=has_odd_escape,
        ),
        opening,
    )


def _active(escapes: np.ndarray) -> np.ndarray:
    """Select the positions of the escapes that are not escaped themselves."""
    if not len(escapes):
        return escapes
    is_first = np.diff(escapes, prepend=-2) != 1
    first = np.maximum.accumulate(np.where(is_first, np.arange(len(escapes)), 0))
    return escapes[(np.arange(len(escapes)) - first) % 2 == 0]


def _fields(record: bytes, dialect: _Dialect, encoding: str) -> list[str]:
    """Split a complete record into its values."""
    text = record.decode(encoding)
    if not dialect.quote:
        return text.split(dialect.delim)
    values, value, is_inside, place = [], [], False, 0
    while place < len(text):
        character = text[place]
        if not dialect.doubles_quotes and character == dialect.escape and place + 1 < len(text):
            place += 1
            following = text[place + 1 : place + 2]
            if (
                not value
                and not is_inside
                and text[place] == "N"
                and following in ("", dialect.delim)
            ):
                # Databases write \N for a missing value.
                value.append(dialect.escape + "N")
            else:
                value.append(text[place])
        elif character == dialect.quote:
            if is_inside and dialect.doubles_quotes and text[place + 1 : place + 2] == character:
                place += 1
                value.append(character)
            else:
                is_inside = not is_inside
        elif character == dialect.delim and not is_inside:
            values.append("".join(value))
            value = []
        else:
            value.append(character)
        place += 1
    values.append("".join(value))
    return values


def _inspect_csv(path: str, dialect: _Dialect, copy: str) -> dict:
    """Read a CSV file from start to end; write its copy if the engines need one."""
    source = _Source(path, dialect)
    try:
        found = _read_csv(source)
    except InputProblem:
        # A damaged archive unpacks into damaged text, so that its own fault is reported first.
        source.check_gzip()
        raise
    needs_copy = (
        found["needs_copy"]
        or source.encoding not in ("utf-8", "latin-1", "ascii")
        or not source.is_plain_gzip
        or bool(dialect.skip or dialect.comment)
        or bool(PATTERN_CHARACTERS.search(path))
    )
    if needs_copy and not os.path.exists(copy):
        _write_copy(source, copy, found)
    return {
        "path": path,
        "name": path,
        "read_path": copy if needs_copy else path,
        "format": "csv",
        "encoding": "latin-1" if source.is_latin1 and not needs_copy else "utf-8",
        "headers": found["headers"],
        "record_count": found["record_count"],
        "is_copy": needs_copy,
        "parallel": not found["has_quotes"],
    }


def _read_csv(source: _Source, headers_only: bool = False) -> dict:
    """Read headers and number of records, and find out whether the engines need a copy."""
    dialect, path = source.dialect, source.path
    variable = dialect.options_var
    header: _Header | None = None
    record_count = 0
    end_kinds: set[str] = set()
    has_leading_lines = has_empty_lines = has_odd_escape = False
    has_quotes = has_inner_cr = False

    def refuse(offset: int, message: str) -> NoReturn:
        raise InputProblem(f"{path}, line {source.line_number(offset)}: {message}")

    try:
        for block in _blocks(_counted(source.lines(), counter := [0]), dialect):
            if b"\0" in block.data:
                _refuse_nul(source, block, refuse)
            lengths = block.ends - block.starts
            is_empty = lengths == 0
            filled = np.flatnonzero(~is_empty)
            has_odd_escape |= block.has_odd_escape
            if dialect.quote and dialect.quote.encode() in block.data:
                has_quotes = True
                has_inner_cr |= _has_inner_cr(block)
            # Faults are reported in the order of their positions.
            fault_record = len(block.ends)
            if block.quote_fault is not None:
                fault_record = int(np.searchsorted(block.ends, block.quote_fault))
            if header is None and len(filled) and filled[0] < fault_record:
                first = int(filled[0])
                record = block.data[block.starts[first] : block.ends[first]]
                has_leading_lines = block.offset + int(block.starts[first]) > 0
                header = _Header(
                    line=source.line_number(block.offset + int(block.starts[first])),
                    text=record.decode("latin-1" if source.is_latin1 else "utf-8", "replace"),
                    field_count=int(block.field_counts[first]),
                    fields=_fields(record, dialect, "latin-1" if source.is_latin1 else "utf-8"),
                    is_multiline=b"\n" in record or b"\r" in record,
                )
                _check_header(path, header, dialect)
                if headers_only:
                    break
            if header is not None and len(filled):
                is_wrong = (block.field_counts != header.field_count) & ~is_empty
                if is_wrong.any():
                    wrong = int(np.argmax(is_wrong))
                    if wrong < fault_record:
                        _refuse_field_count(source, block, wrong, header)
            if block.quote_fault is not None:
                _check_lonely_header(path, header or _seeming_header(source, block), dialect)
                _refuse_quote(source, block)
            if len(lengths) and lengths.max() > (
                RECORD_BYTES // 2 if source.is_latin1 else RECORD_BYTES
            ):
                for long in np.flatnonzero(lengths > RECORD_BYTES // 2):
                    record = block.data[block.starts[long] : block.ends[long]]
                    if (
                        len(record) + (source.is_latin1 and sum(byte > 127 for byte in record))
                        > RECORD_BYTES
                    ):
                        raise _LongRecord(block.offset + int(block.starts[long]))
            kinds = _line_ends(block)
            if dialect.new_line is not None and kinds - {dialect.new_line}:
                _refuse_line_end(source, block)
            end_kinds |= kinds
            has_empty_lines |= bool(is_empty.any())
            record_count += len(filled)
    except _StreamFault as fault:
        refuse(counter[0], str(fault))
    except _UnclosedQuote as fault:
        _check_lonely_header(path, header, dialect)
        closed = "before the file ends" if fault.is_end else "within 1.9 MB"
        refuse(
            fault.offset,
            f"a quote opens here that is not closed {closed}. Close it, or, if the file does not "
            f"quote its fields, say so: {dialect.advise('quote', repr(''))}.",
        )
    except _LongRecord as fault:
        refuse(
            fault.offset,
            "a record begins here that is longer than 1.9 MB, the most that can be read. "
            f"Is its line end or a quote missing, or another {variable}.new_line meant?",
        )
    if header is None:
        after = f" after the {dialect.skip} lines to skip" if dialect.skip else ""
        raise InputProblem(
            f"{path} has no line with anything in it{after}: a line of headers is expected."
        )
    _check_lonely_header(path, header, dialect)
    return {
        # Some programs add a byte order mark to a file that already has one.
        "headers": [field.strip().lstrip("\ufeff").strip() for field in header.fields],
        "record_count": record_count - 1,
        "header": header,
        "has_quotes": has_quotes,
        "rewrite": has_odd_escape,
        "needs_copy": (
            len(end_kinds) > 1
            or "\r" in end_kinds
            or has_leading_lines
            # With one column, DuckDB reads an empty line as a record. It also adds half a CR LF to
            # the next value if an empty line is at the end of its read buffer.
            or (has_empty_lines and (header.field_count == 1 or "\r\n" in end_kinds))
            # If records end in CR LF, Spark converts each CR LF within a field into LF.
            or (has_inner_cr and "\r\n" in end_kinds)
            or has_odd_escape
            or header.is_multiline
            # DuckDB overlooks a quote directly after the byte order mark.
            or (bool(source.mark) and dialect.quote != "" and dialect.quote in header.text)
        ),
    }


@dataclass
class _Header:
    """The record with the headers, and its line number."""

    line: int
    text: str
    field_count: int
    fields: list[str]
    is_multiline: bool


def _counted(chunks: Iterable[bytes], counter: list[int]) -> Iterator[bytes]:
    """Yield the chunks; `counter` holds the number of bytes yielded so far."""
    for chunk in chunks:
        counter[0] += len(chunk)
        yield chunk


def _line_ends(block: _Block) -> set[str]:
    """Collect the kinds of line ends of a block's records."""
    kinds = set()
    is_pair = block.end_widths == 2
    if is_pair.any():
        kinds.add("\r\n")
    if not is_pair.all():
        rest = block.end_kinds[~is_pair]
        if (rest == LF).any():
            kinds.add("\n")
        if (rest == CR).any():
            kinds.add("\r")
    return kinds


def _has_inner_cr(block: _Block) -> bool:
    """Return whether a field of the block contains a CR."""
    if not len(block.ends):
        return False
    size = int(block.ends[-1] + block.end_widths[-1])
    return block.data.count(b"\r", 0, size) > np.count_nonzero(block.end_kinds == CR)


def _outside_quotes(text: str, quote: str) -> str:
    return "".join(text.split(quote)[::2]) if quote else text


def _better_delim(header: _Header, dialect: _Dialect) -> str | None:
    """Guess the delimiter of a header line that was read as one field, for the message."""
    outside = _outside_quotes(header.text, dialect.quote)
    found = [other for other in (";", "\t", "|", ",") if other in outside]
    return max(found, key=outside.count, default=None)


def _delim_advice(other: str, dialect: _Dialect) -> str:
    literal = '"\\t"' if other == "\t" else f"'{other}'"
    return f"name what stands between them: {dialect.advise('delim', literal)}"


def _check_header(path: str, header: _Header, dialect: _Dialect) -> None:
    start = header.text.lstrip().lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        raise InputProblem(
            f"{path} is a page of the web (it begins with {start[:9]!r}), not CSV. Was the "
            "download refused? Export it again."
        )


def _one_header(path: str, header: _Header, other: str, dialect: _Dialect) -> str:
    return (
        f"{path}, line {header.line}: the headers are one field, {_shown(header.text)}. If there "
        f"are several, {_delim_advice(other, dialect)}."
    )


def _seeming_header(source: _Source, block: _Block) -> _Header:
    """Make a header of a first line with a misplaced quote: the delimiter may be another one."""
    filled = np.flatnonzero(block.ends > block.starts)
    begin = int(block.starts[filled[0]]) if len(filled) else 0
    end = LINE_END.search(block.data, block.quote_fault)
    line = block.data[begin : end.start() if end else len(block.data)]
    text = line.decode("latin-1" if source.is_latin1 else "utf-8", "replace")
    return _Header(
        line=source.line_number(block.offset + begin),
        text=text,
        field_count=1 + _outside_quotes(text, source.dialect.quote).count(source.dialect.delim),
        fields=[],
        is_multiline=False,
    )


def _check_lonely_header(path: str, header: _Header | None, dialect: _Dialect) -> None:
    """Stop if a header line of one field seems to hold several."""
    if header and header.field_count == 1 and (other := _better_delim(header, dialect)):
        raise InputProblem(_one_header(path, header, other, dialect))


def _shown(text: str, size: int = 80) -> str:
    """Quote a header for a message, unless it may be a record of a person: no log holds one."""
    if "@" in text or re.search(r"\d", text):
        return "not shown here, because it may be a record"
    return repr(text if len(text) <= size else text[:size] + "...")


def _refuse_field_count(source: _Source, block: _Block, record: int, header: _Header) -> NoReturn:
    dialect, path = source.dialect, source.path
    offset = block.offset + int(block.starts[record])
    count = int(block.field_counts[record])
    line = source.line_number(offset)
    text = block.data[block.starts[record] : block.ends[record]]
    text = text.decode("latin-1" if source.is_latin1 else "utf-8", "replace")
    fields = "1 field" if count == 1 else f"{count} fields"
    if header.field_count == 1:
        other = _better_delim(header, dialect)
        inside = _outside_quotes(header.text, dialect.quote)
        if other and _outside_quotes(text, dialect.quote).count(other) == inside.count(other):
            raise InputProblem(_one_header(path, header, other, dialect))
        raise InputProblem(
            f"{path}, line {line}: {fields}, and line {header.line}, which should hold the "
            f"headers, has 1: {_shown(header.text)}. If that is a title and the headers are in "
            f"line {line}, skip the lines before them: {dialect.advise('skip', str(line - 1))}."
        )
    advice = "Mend the line"
    if count > header.field_count:
        advice += f", or quote the field that holds {dialect.delim!r}"
    elif dialect.quote:
        advice += " (does a field hold a line end, and no quotes?)"
    if count > header.field_count and line <= header.line + 20:
        advice += (
            f"; if the headers are in line {line}, skip the lines before them: "
            + dialect.advise("skip", str(line - 1))
        )
    if not dialect.quote and '"' in text:
        advice += f"; if the file quotes fields, say so: {dialect.advise('quote', repr(chr(34)))}"
    raise InputProblem(
        f"{path}, line {line}: {fields}, and the header (line {header.line}) has "
        f"{header.field_count}. {advice}."
    )


def _refuse_quote(source: _Source, block: _Block) -> NoReturn:
    dialect = source.dialect
    opening, fault = block.quote_opening, block.quote_fault
    line = source.line_number(block.offset + fault)
    data = block.data
    begin = max(data.rfind(b"\n", 0, fault), data.rfind(b"\r", 0, fault)) + 1
    before = data[begin:fault].decode("latin-1" if source.is_latin1 else "utf-8", "ignore")
    unquoted = f"if the file does not quote its fields, say so: {dialect.advise('quote', repr(''))}"
    if opening == fault:
        problem = f"a quote ({dialect.quote}) stands within a field that does not begin with one"
    else:
        first = source.line_number(block.offset + opening)
        problem = "there is text after the quote that closes a field"
        if first != line:
            problem += f" (it opens in line {first}: is its own closing quote missing there?)"
    write = (
        f"write it twice ({dialect.quote * 2})"
        if dialect.doubles_quotes
        else f"write {dialect.escape} before it"
    )
    raise InputProblem(
        f"{source.path}, line {line}: {problem}, at character {len(before) + 1} of the line. "
        f"Quote the whole field, and where a quote is part of the value, {write}; {unquoted}."
    )


def _refuse_nul(source: _Source, block: _Block, refuse) -> NoReturn:
    place = block.data.index(b"\0")
    advice = ""
    if source.seems_utf16:
        advice = f" If the file is UTF-16, say so: {source.dialect.advise('encoding', 'utf-16')}."
    refuse(
        block.offset + place,
        "a NUL byte, which is no text. Was the file damaged while it was copied? Export it again."
        + advice,
    )


def _refuse_line_end(source: _Source, block: _Block) -> NoReturn:
    said = source.dialect.new_line
    for end, kind, width in zip(block.ends, block.end_kinds, block.end_widths, strict=True):
        found = "\r\n" if width == 2 else chr(kind)
        if width and found != said:
            line = source.line_number(block.offset + int(end))
            raise InputProblem(
                f"{source.path}, line {line} ends in {LINE_END_NAMES[found]}, and "
                f"{source.dialect.options_var}.new_line says {LINE_END_NAMES[said]}. Take new_line "
                "out: each line end is then taken as it is."
            )
    raise AssertionError("a line end differs")


def _write_copy(source: _Source, copy: str, found: dict) -> None:
    """Write the records of a stream as UTF-8 with LF line ends, without empty lines."""
    dialect = source.dialect
    is_header = found["header"].is_multiline
    with _replacing(copy) as target:
        for block in _blocks(source.lines(), dialect):
            if is_header and (block.starts != block.ends).any():
                # DuckDB misreads headers with line ends. The copy has numbers as headers, because
                # the engines take the names from the result of `inspect_input`.
                record = np.argmax(block.starts != block.ends)
                for name in ("starts", "ends", "end_kinds", "end_widths"):
                    setattr(block, name, getattr(block, name)[record + 1 :])
                names = (str(number + 1) for number in range(found["header"].field_count))
                target.write((dialect.delim.join(names) + "\n").encode())
                is_header = False
            if not len(block.ends):
                continue
            data = (_rewritten if found["rewrite"] else _plain)(block, source)
            if source.is_latin1:
                data = data.decode("latin-1").encode()
            target.write(data)


def _plain(block: _Block, source: _Source) -> bytes:
    """Return the records of a block with LF line ends, without empty lines."""
    begin = int(block.starts[0])
    size = int(block.ends[-1] + block.end_widths[-1])
    values = np.frombuffer(block.data, np.uint8)[:size].copy()
    keep = np.ones(size, bool)
    is_pair = block.end_widths == 2
    keep[block.ends[is_pair]] = False
    values[block.ends[(block.end_kinds == CR) & ~is_pair]] = LF
    is_empty = block.ends == block.starts
    last_bytes = block.ends + block.end_widths - 1
    keep[last_bytes[is_empty]] = False
    keep[:begin] = False
    data = values[keep].tobytes()
    return data if block.end_widths[-1] else data + b"\n"


def _rewritten(block: _Block, source: _Source) -> bytes:
    """Return the records of a block with each field quoted, and escapes in their plain use only.

    The engines interpret an escape outside quotes, and one before a character other than quote and
    escape, differently. ``\\N`` as a whole field means a missing value and keeps its text.
    """
    dialect = source.dialect
    encoding = "latin-1" if source.is_latin1 else "utf-8"
    lines = []
    for start, end in zip(block.starts, block.ends, strict=True):
        if start == end:
            continue
        fields = []
        for value in _fields(block.data[start:end], dialect, encoding):
            for special in dict.fromkeys((dialect.escape, dialect.quote)):
                value = value.replace(special, dialect.escape + special)
            fields.append(dialect.quote + value + dialect.quote)
        lines.append(dialect.delim.join(fields) + "\n")
    return "".join(lines).encode(encoding)
