"""Input files before they are read: whole ones are counted as DuckDB reads them, others named."""

import codecs
import csv
import gzip
import io
import os
import struct
import tempfile
import zlib
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from customer_value import input_files
from customer_value.input_files import inspect_input
from hypothesis import given, settings
from hypothesis import strategies as st

OPTIONS = {
    "delim": ",",
    "quote": '"',
    "escape": '"',
    "encoding": "utf-8",
    "skip": 0,
    "comment": "",
    "new_line": None,
    "options_var": "csv_options",
    "rows": "order lines",
}
DUCKDB = duckdb.connect()


def inspect(folder: Path, content: bytes, name: str = "lines.csv", **options) -> dict:
    path = folder / name
    path.write_bytes(content)
    return inspect_input(str(path), OPTIONS | options, str(folder / "copies"))


def only_file(result: dict) -> dict:
    assert result["problem"] is None, result["problem"]
    [file] = result["files"]
    return file


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def as_duckdb_reads(file: dict, dialect: dict, **more) -> list[tuple]:
    """The values of a file, by the statement that the project reads it with."""
    columns = ", ".join(f"c{number}: 'varchar'" for number in range(len(file["headers"])))
    dialect = dialect | {"encoding": file["encoding"], "comment": "", "nullstr": ""}
    arguments = [f"{name} = {literal(value)}" for name, value in dialect.items()]
    arguments += [f"{name} = {value}" for name, value in more.items()]
    if not file["parallel"]:
        arguments.append("parallel = false")
    return DUCKDB.execute(
        f"select * from read_csv({literal(file['read_path'])}, auto_detect = false, "
        f"header = true, columns = {{{columns}}}, strict_mode = false, {', '.join(arguments)})"
    ).fetchall()


# What the file holds, the options, and what the message must say: after the file's name, the line
# (None: no line) and words.
FAULTS = {
    "a short row": (b"a,b,c\n1,2,3\n4,5\n", {}, 3, ["2 fields", "header (line 1) has 3"]),
    "a long row": (b"a,b\n1,2\n3,4,5\n", {}, 3, ["3 fields", "has 2", "quote the field"]),
    "a line of blanks": (b"a,b\n1,2\n  \n", {}, 3, ["1 field,"]),
    "a short row after a value of two lines": (
        b'a,b\n"1\n2",3\n4\n',
        {},
        4,
        ["1 field", "has 2"],
    ),
    "a short row with CR LF": (b"a,b\r\n1,2\r\n3\r\n", {}, 3, ["1 field"]),
    "a short row with CR": (b"a,b\r1,2\r3\r", {}, 3, ["1 field"]),
    "a quote that nobody closes": (
        b'a,b\n1,2\n3,"4\n5,6\n7,8\n',
        {},
        3,
        ["a quote opens here", "not closed before the file ends"],
    ),
    "a quote that the next one closes": (
        b'a,b\n1,"2\n3,4\n5,"6"\n',
        {},
        4,
        ["text after the quote that closes", "opens in line 2"],
    ),
    "a quote within a field": (
        b'a,b\n1,2" pipe\n',
        {},
        2,
        ["within a field", "character 4", "quote: ''"],
    ),
    "two quotes within a field": (b'a,b\n1,x"y"\n', {}, 2, ["within a field"]),
    "a blank before a quote": (b'a,b\n1, "2"\n', {}, 2, ["within a field"]),
    "text after a quote": (b'a,b\n1,"2" x\n', {}, 2, ["text after the quote that closes a field"]),
    "a blank after a quote": (b'a,b\n"1" ,2\n', {}, 2, ["text after the quote"]),
    "a doubled quote where another escape is said": (
        b'a,b\n"1""x",2\n',
        {"escape": "\\"},
        2,
        ["text after the quote", "write \\ before it"],
    ),
    "windows-1252": (
        b"a,b\n1,caf\xe9\n",
        {},
        2,
        ["byte 0xe9", "encoding: windows-1252", "latin-1"],
    ),
    "a character cut at the end": (b"a,b\n1,caf\xc3", {}, 2, ["byte 0xc3", "utf-8"]),
    "windows-1252 as latin-1": (
        b"a,b\n1,\x80 5\n",
        {"encoding": "latin-1"},
        2,
        ["byte 0x80", "encoding: windows-1252"],
    ),
    "what windows-1252 does not have": (
        b"a,b\n1,2\n1,\x81\n",
        {"encoding": "windows-1252"},
        3,
        ["byte 0x81", "encoding: utf-8"],
    ),
    "half a character of UTF-16": (
        codecs.BOM_UTF16_LE + "a,b\n1,2\n".encode("utf-16-le") + b"x",
        {},
        3,
        ["utf-16-le", "cut or damaged"],
    ),
    "a NUL byte": (b"a,b\n1,2\n3,\x004\n", {}, 3, ["NUL"]),
    "UTF-16 without a mark": (
        "\n".join(["a,b"] * 90).encode("utf-16-le"),
        {},
        1,
        ["NUL", "encoding: utf-16"],
    ),
    "an empty file": (b"", {}, None, ["is empty"]),
    "a mark alone": (codecs.BOM_UTF8, {}, None, ["no line with anything in it"]),
    "empty lines alone": (b"\n\r\n\n", {}, None, ["no line with anything in it"]),
    "all lines skipped": (b"a,b\n1,2\n", {"skip": 5}, None, ["after the 5 lines to skip"]),
    "a title": (b"Sales of May\na,b\n1,2\n", {}, 2, ["2 fields", "'Sales of May'", "skip: 1"]),
    "a title and an empty line": (b"Sales\n\na,b\n1,2\n", {}, 3, ["2 fields", "skip: 2"]),
    "a title of two fields": (b"Sales,May\na,b,c\n1,2,3\n", {}, 2, ["3 fields", "skip: 1"]),
    "semicolons": (
        b"a;b;c\n1;2;3\n",
        {},
        1,
        ["name what stands between them: csv_options: {delim: ';'}"],
    ),
    "semicolons and decimal commas": (
        b"a;b;c\n1;2,5;3\n",
        {},
        1,
        ["name what stands between them: csv_options: {delim: ';'}"],
    ),
    "semicolons and quoted headers": (
        b'"a";"b, c"\n"1";"2"\n',
        {},
        1,
        ["name what stands between them: csv_options: {delim: ';'}"],
    ),
    "semicolons and quoted values": (
        b'a;b;c\n"1";"2";"3\n',
        {},
        1,
        ["name what stands between them: csv_options: {delim: ';'}"],
    ),
    "tabs": (b"a\tb\n", {}, 1, ['csv_options: {delim: "\\t"}']),
    "bars, in contacts": (
        b"a|b\n1|2\n",
        {"options_var": "customer_contact_csv_options"},
        1,
        ["name what stands between them: customer_contact_csv_options: {delim: '|'}"],
    ),
    "commas": (b"a,b\n1,2\n", {"delim": ";"}, 1, ["csv_options: {delim: ','}"]),
    "line ends that are not the said ones": (
        b"a,b\n1,2\n3,4\r\n",
        {"new_line": "\n"},
        3,
        ["ends in CR LF", "new_line says LF"],
    ),
    "a comment within a line": (
        b"a,b\n# fine\n1,2 # not\n",
        {"comment": "#"},
        3,
        ["'#' stands within the line"],
    ),
    "a short row after lines to skip and comments": (
        b"x\ny\r\na,b\n#c\n1\n",
        {"skip": 2, "comment": "#"},
        5,
        ["1 field", "header (line 3) has 2"],
    ),
    "a record that is too long": (
        b"a,b\n1,2\n3," + b"x" * 1_900_000 + b"\n5,6\n",
        {},
        3,
        ["longer than 1.9 MB"],
    ),
    "a record without an end": (b"a,b\n1,2\n3," + b"x" * 4_000_000, {}, 3, ["longer than 1.9 MB"]),
    "a record that is too long in UTF-8": (
        b"a,b\n1,2\n3," + b"\xe9" * 1_000_000 + b"\n5,6\n",
        {"encoding": "latin-1"},
        3,
        ["longer than 1.9 MB"],
    ),
    "a quote that is not closed for long": (
        b'a,b\n1,2\n3,"4\n' + b"5,6\n" * 1_000_000,
        {},
        3,
        ["not closed within 1.9 MB"],
    ),
    "a page of the web": (b"<!DOCTYPE html>\n<html>\n", {}, None, ["page of the web"]),
    "gzip": (gzip.compress(b"a,b\n"), {}, None, ["is gzip", ".gz"]),
    "a workbook": (b"PK\x03\x04\x14\x00xl/", {}, None, ["zip archive or an Excel workbook"]),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, None, ["Excel"]),
    "Parquet": (b"PAR1\x00\x00PAR1", {}, None, ["is Parquet", ".parquet"]),
}
CHUNKS = {"bytes": 1, "pieces": 7, "chunks": input_files.CHUNK_BYTES}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_line_and_what_to_do(fault, tmp_path, monkeypatch):
    content, options, line, words = FAULTS[fault]
    for chunk_bytes in CHUNKS.values() if len(content) < 1_000 else [input_files.CHUNK_BYTES]:
        monkeypatch.setattr(input_files, "CHUNK_BYTES", chunk_bytes)
        input_files._inspected.clear()
        result = inspect(tmp_path, content, **options)

        path = str(tmp_path / "lines.csv")
        assert result["problem"].startswith(f"{path}, line {line}: " if line else path) or (
            f"{path}, line {line} ends" in result["problem"]
        ), result["problem"]
        for word in words:
            assert word in result["problem"], result["problem"]
        assert result["files"] == []
        assert not (tmp_path / "copies").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"delim": ""}, ["csv_options.delim is ''", "exactly one character"]),
        ({"delim": "::"}, ["exactly one character"]),
        ({"delim": "\\t"}, ["double quotes"]),
        ({"delim": 5}, ["exactly one character"]),
        ({"delim": "\n"}, ["line end"]),
        ({"delim": "§"}, ["ASCII"]),
        ({"quote": "''"}, ["csv_options.quote", "one character"]),
        ({"quote": ","}, ["cannot be the delim"]),
        ({"escape": "ab"}, ["csv_options.escape"]),
        ({"quote": "", "escape": "\\"}, ["without a quote"]),
        ({"comment": "//"}, ["csv_options.comment"]),
        ({"comment": ","}, ["csv_options.comment"]),
        ({"skip": -1}, ["csv_options.skip is -1", "number of lines"]),
        ({"skip": "2"}, ["csv_options.skip is '2'"]),
        ({"skip": True}, ["csv_options.skip is True"]),
        ({"encoding": "utf-88"}, ["csv_options.encoding is 'utf-88'"]),
        ({"encoding": "hex"}, ["csv_options.encoding is 'hex'"]),
        ({"encoding": 8}, ["csv_options.encoding is 8"]),
        ({"new_line": "\\n"}, ["csv_options.new_line", "double quotes"]),
    ],
)
def test_an_option_that_means_nothing_is_refused(options, words, tmp_path):
    result = inspect(tmp_path, b"a,b\n1,2\n", **options)

    for word in words:
        assert word in result["problem"]


def test_gzip_is_read_to_its_end(tmp_path):
    rows = "".join(f"{number},{number * 7919 % 1000}\n" for number in range(20_000))
    content = b"a,b\n" + rows.encode()
    whole = gzip.compress(content)

    assert only_file(inspect(tmp_path, whole, "w.csv.gz"))["record_count"] == 20_000
    for place in range(1, len(whole), 997):
        assert "is cut" in inspect(tmp_path, whole[:place], f"c{place}.csv.gz")["problem"]
        flipped = bytearray(whole)
        flipped[max(place, 10)] ^= 1 << place % 8
        problem = inspect(tmp_path, bytes(flipped), f"f{place}.csv.gz")["problem"]
        assert "damaged" in problem or "is cut" in problem
    assert "damaged" in inspect(tmp_path, whole[:-8] + bytes(8), "crc.csv.gz")["problem"]
    assert "after the end" in inspect(tmp_path, whole + b"xyz", "more.csv.gz")["problem"]
    assert "is not gzip" in inspect(tmp_path, content, "plain.csv.gz")["problem"]
    assert "holds a zip" in inspect(tmp_path, gzip.compress(b"PK\x03\x04"), "z.csv.gz")["problem"]


def test_gzip_of_several_parts_is_one_stream_and_what_duckdb_refuses_is_copied(tmp_path):
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = b"a,b\n1,2\n"
    body = packed.compress(content) + packed.flush()
    end = struct.pack("<II", zlib.crc32(content), len(content))
    commented = b"\x1f\x8b\x08\x10" + bytes(6) + b"made by hand\0" + body + end
    parts = gzip.compress(content) + gzip.compress(b"3,4\n")
    padded = parts + bytes(700)
    for name, data, rows in [("p", parts, 2), ("z", padded, 2), ("c", commented, 1)]:
        result = inspect(tmp_path, data, f"{name}.csv.gz")
        file = only_file(result)

        assert file["record_count"] == rows
        assert file["is_copy"] == (name != "p")
        assert len(as_duckdb_reads(file, result["dialect"])) == rows


@pytest.mark.parametrize(
    ("content", "options", "is_copy"),
    [
        (b"a,b\n1,2\n\n3,\xc3\xa9\n", {}, False),
        (b"a,b\r\n1,2\r\n3,\xc3\xa9", {}, False),
        (codecs.BOM_UTF8 + b"a,b\n1,2\n3,\xc3\xa9\n", {}, False),
        (codecs.BOM_UTF8 + b"a,b\n1,2\n3,\xc3\xa9\n", {"encoding": "latin-1"}, False),
        (b"a,b\n1,2\n3,\xe9\n", {"encoding": "latin-1"}, False),
        (b"a,b\n1,2\n3,\xe9\n", {"encoding": "windows-1252"}, True),
        ("a,b\n1,2\n3,é\n".encode("utf-16"), {}, True),
        ("a,b\n1,2\n3,é\n".encode("utf-16-le"), {"encoding": "utf-16-le"}, True),
        (b"a,b\n1,2\r\n3,\xc3\xa9\r", {}, True),
        (b"a,b\r1,2\r3,\xc3\xa9\r", {"new_line": "\r"}, True),
        (b"\n\na,b\n1,2\n3,\xc3\xa9\n", {}, True),
        (b"a,b\r\n\r\n1,2\r\n3,\xc3\xa9\r\n", {}, True),
        (b"Sales\na,b\n1,2\n3,\xc3\xa9\n", {"skip": 1}, True),
        (b'a,b\n#it"s\n1,2\n3,\xc3\xa9\n', {"comment": "#"}, True),
        (codecs.BOM_UTF8 + b'"a","b"\n1,2\n3,\xc3\xa9\n', {}, True),
    ],
)
def test_what_engines_cannot_read_they_read_from_a_copy(content, options, is_copy, tmp_path):
    result = inspect(tmp_path, content, **options)
    file = only_file(result)

    assert file["is_copy"] == is_copy
    assert file["headers"] == ["a", "b"]
    assert file["record_count"] == 2
    assert file["bytes"] == len(content)
    assert as_duckdb_reads(file, result["dialect"]) == [("1", "2"), ("3", "é")]
    if is_copy:
        copy = Path(file["read_path"])
        assert copy.read_bytes().splitlines()[1:] == [b"1,2", "3,é".encode()]
        assert [copy.name] == [path.name for path in copy.parent.iterdir()]


def test_a_copy_is_kept_until_the_file_or_an_option_changes(tmp_path):
    first = only_file(inspect(tmp_path, b"x\na,b\n1,2\n", skip=1))["read_path"]
    Path(first).write_bytes(b"a,b\n1,2\n")
    written = os.stat(first).st_mtime_ns
    path = str(tmp_path / "lines.csv")
    again = only_file(inspect_input(path, OPTIONS | {"skip": 1}, str(tmp_path / "copies")))
    input_files._inspected.clear()
    anew = only_file(inspect_input(path, OPTIONS | {"skip": 1}, str(tmp_path / "copies")))
    assert again["read_path"] == anew["read_path"] == first
    assert os.stat(first).st_mtime_ns == written

    Path(first).unlink()
    assert Path(
        only_file(inspect_input(path, OPTIONS | {"skip": 1}, str(tmp_path / "copies")))["read_path"]
    ).exists()
    assert only_file(inspect(tmp_path, b"x\na,b\n1,2\n", skip=1, quote="'"))["read_path"] != first
    changed = only_file(inspect(tmp_path, b"x\na,b\n1,2\n3,4\n", skip=1))
    assert changed["read_path"] != first
    assert changed["record_count"] == 2


def test_escapes_that_engines_understand_differently_are_written_anew(tmp_path):
    content = rb"""a,b
1\,5,"x\"y\\"
\N,"C:\new"
say \"hi\",\
"""
    result = inspect(tmp_path, content + b"x\n", escape="\\")
    file = only_file(result)

    assert file["is_copy"]
    assert as_duckdb_reads(file, result["dialect"]) == [
        ("1,5", 'x"y\\'),
        ("\\N", "C:new"),
        ('say "hi"', "\nx"),
    ]
    usual = only_file(inspect(tmp_path, b'a,b\n1,"x\\"y\\\\"\n', escape="\\"))
    assert not usual["is_copy"]


def test_quotes_and_comments_are_data_where_none_are_said(tmp_path):
    result = inspect(tmp_path, b'a\tb\n#1\t12" pipe\n"\t\n', "lines.tsv", delim="\t", quote="")

    assert as_duckdb_reads(only_file(result), result["dialect"]) == [
        ("#1", '12" pipe'),
        ('"', None),
    ]
    assert result["dialect"] == {"delim": "\t", "quote": "", "escape": ""}
    inside = inspect(tmp_path, b'a,b\n"x # y",1\n# "odd\n2,"\n#3"\n', comment="#")
    assert as_duckdb_reads(only_file(inside), inside["dialect"]) == [("x # y", "1"), ("2", "\n#3")]


def test_line_ends_within_fields_are_kept_as_they_are(tmp_path):
    rows = [("1\r\n", "\r"), ("2\n", "\n\r")]
    for end, is_copy in [("\r\n", True), ("\n", False)]:
        content = f"a,b{end}" + "".join(f'"{a}","{b}"{end}' for a, b in rows)
        result = inspect(tmp_path, content.encode(), f"{len(end)}.csv")
        assert only_file(result)["is_copy"] == is_copy, "Spark makes CR LF an LF if records end so"
        assert as_duckdb_reads(only_file(result), result["dialect"]) == rows


def test_headers_are_data(tmp_path):
    content = b' Price ,"Pri""ce","a,b",,Price,"two\r\nlines",{{ x }},\'; drop\n1,2,3,4,5,6,7,8\n'
    result = inspect(tmp_path, content)
    file = only_file(result)

    assert file["headers"] == [
        *("Price", 'Pri"ce', "a,b", "", "Price"),
        *("two\r\nlines", "{{ x }}", "'; drop"),
    ]
    assert as_duckdb_reads(file, result["dialect"]) == [tuple("12345678")]


def test_a_line_without_anything_is_no_record_and_a_line_of_delimiters_is(tmp_path):
    result = inspect(tmp_path, b"a,b\n\n,\n\n1,2\n\n")
    assert only_file(result)["record_count"] == 2
    assert as_duckdb_reads(only_file(result), result["dialect"]) == [(None, None), ("1", "2")]

    result = inspect(tmp_path, b'a\n1\n\n""\n2\n\n')
    assert only_file(result)["record_count"] == 3
    assert as_duckdb_reads(only_file(result), result["dialect"]) == [("1",), (None,), ("2",)]

    assert only_file(inspect(tmp_path, b"a,b"))["record_count"] == 0


def test_files_are_matched_by_pattern_and_sorted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ["b/2.csv", "a/1.csv", "a/x[1].csv", "a/x1.csv", "c/d/3.tsv", "a/notes.md"]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("h,i\n1,2\n", encoding="utf-8")

    def matched(pattern: str) -> list[str]:
        result = inspect_input(pattern, OPTIONS, "copies")
        assert result["problem"] is None
        return [file["name"] for file in result["files"]]

    assert matched("a/1.csv") == ["a/1.csv"]
    assert matched("?/[0-9].csv") == ["a/1.csv", "b/2.csv"]
    assert matched("{b,a}/{1,2}.csv") == ["a/1.csv", "b/2.csv"]
    assert matched("{b/2,{a/1,c/d/3}}.{csv,tsv}") == ["a/1.csv", "b/2.csv", "c/d/3.tsv"]
    assert matched("**/*.csv") == ["a/1.csv", "a/x1.csv", "a/x[1].csv", "b/2.csv"]
    [file] = inspect_input("a/x[1].csv", OPTIONS, "copies")["files"]
    assert file["is_copy"], "an engine would read x1.csv in its place"

    assert "no file matches" in inspect_input("a/*.txt", OPTIONS, "copies")["problem"]
    assert "is a folder" in inspect_input("a", OPTIONS, "copies")["problem"]
    result = inspect_input("a/*", OPTIONS, "copies")
    assert "a/notes.md must end in" in result["problem"]
    assert [file["name"] for file in result["files"]] == ["a/1.csv"]
    remote = inspect_input("s3://bucket/*.csv", OPTIONS, "copies")
    assert (remote["is_local"], remote["files"], remote["problem"]) == (False, [], None)
    assert "delim" in inspect_input("s3://b/x.csv", OPTIONS | {"delim": "ab"}, "c")["problem"]


def test_headers_can_be_had_before_it_is_known_how_to_read_the_rest(tmp_path):
    content = b'\xef\xbb\xbfName,"Lineitem ""x"""\n1,2\n3\n4,"' + b"\xe9\n" * 2_000_000
    result = inspect(tmp_path, content, headers_only=True)
    file = only_file(result)
    assert file["headers"] == ["Name", 'Lineitem "x"']
    assert file["record_count"] is None
    assert not (tmp_path / "copies").exists()
    assert (
        "name what stands" in inspect(tmp_path, content, delim="\t", headers_only=True)["problem"]
    )
    assert "line 3: 1 field" in inspect(tmp_path, content)["problem"]
    assert "is empty" in inspect(tmp_path, b"", headers_only=True)["problem"]


def test_parquet_is_judged_by_its_metadata(tmp_path):
    table = pa.table({"a": [1, 2], "s": [{"x": 1, "y": 2}, None], "é": ["", "x"]})
    path = tmp_path / "lines.parquet"
    pq.write_table(table, path)
    result = inspect_input(str(path), OPTIONS, str(tmp_path / "copies"))
    file = only_file(result)
    assert (file["format"], file["headers"], file["record_count"]) == (
        "parquet",
        ["a", "s", "é"],
        2,
    )

    whole = path.read_bytes()
    for content in [whole[:-3], whole[:40], b"a,b\n1,2\n"]:
        assert "no whole Parquet file" in inspect(tmp_path, content, "cut.parquet")["problem"]
    assert "is empty" in inspect(tmp_path, b"", "empty.parquet")["problem"]
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["Price", "price"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    result = inspect_input(str(tmp_path / "twice.parquet"), OPTIONS, str(tmp_path / "copies"))
    assert "two columns with one name, 'Price' and 'price'" in result["problem"]
    (tmp_path / "other.csv").write_bytes(b"a,b\n1,2\n")
    both = inspect_input(str(tmp_path / "{other.csv,lines.parquet}"), OPTIONS, "copies")
    assert "of one format only" in both["problem"]


def test_a_large_file_is_read_as_it_is_counted(tmp_path):
    # DuckDB cuts a file where it likes: its record may begin within a field there.
    value = 'x,"",\n1,2,3\r\n""y'
    record = ["7", value.replace("7", "8"), "é" * 11]
    written = io.StringIO(newline="")
    csv.writer(written).writerow(record)
    for end in ["\r\n", "\n"]:
        line = written.getvalue().removesuffix("\r\n") + end
        content = f"a,b,c{end}" + line * 400_000
        result = inspect(tmp_path, content.encode(), f"{len(end)}.csv")
        file = only_file(result)
        assert (file["record_count"], file["parallel"]) == (400_000, False)
        assert set(as_duckdb_reads(file, result["dialect"])) == {tuple(record)}
        assert len(as_duckdb_reads(file, result["dialect"])) == 400_000


pieces = st.sampled_from([*"ab1 é#\\,;|\t\"'\n\r", "\r\n", '""'])
fields = st.lists(pieces, max_size=6).map("".join)
names = count()


@st.composite
def written_tables(draw) -> tuple[list[list[str]], bytes, dict]:
    """A table, a file with it, and the options that say how it is written."""
    quote = draw(st.sampled_from("\"'"))
    escape = draw(st.sampled_from([quote, quote, "\\"]))
    delim = draw(st.sampled_from(",;\t|"))
    # The mark says more than the option.
    codec, encoding = draw(
        st.sampled_from(
            [
                *((name, name) for name in ("utf-8", "latin-1", "windows-1252", "utf-16", "cp850")),
                *(("utf-8-sig", "utf-8"), ("utf-8-sig", "latin-1"), ("utf-16", "utf-8")),
            ]
        )
    )
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"], ["\n", "\r\n", "\r"]]))
    width = draw(st.integers(2, 4))
    table = draw(st.lists(st.lists(fields, min_size=width, max_size=width), min_size=1, max_size=9))
    lines = []
    for row in table:
        line = io.StringIO(newline="")
        csv.writer(
            line,
            delimiter=delim,
            quotechar=quote,
            doublequote=escape == quote,
            escapechar=None if escape == quote else escape,
            quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
            # The writer quotes the line ends that it writes itself, and no others.
            lineterminator="\r\n",
        ).writerow(row)
        lines += [line.getvalue().removesuffix("\r\n"), draw(st.sampled_from(ends))]
        if draw(st.integers(0, 9)) == 0:
            lines.append(draw(st.sampled_from(ends)))
    content = "".join(lines).encode(codec)
    options = {"delim": delim, "quote": quote, "escape": escape, "encoding": encoding}
    return table, content, options


def inspect_anywhere(content: bytes, options: dict) -> tuple[dict, list[tuple] | None]:
    """The result for a file, and what DuckDB reads if there is no problem."""
    with tempfile.TemporaryDirectory() as folder:
        result = inspect(Path(folder), content, f"{next(names)}.csv", **options)
        if result["problem"]:
            return result, None
        return result, as_duckdb_reads(result["files"][0], result["dialect"])


@given(written=written_tables(), chunk_bytes=st.sampled_from([1, 2, 3, 7, 1 << 20]))
@settings(max_examples=200, deadline=None)
def test_whatever_is_written_is_counted_and_read_in_full(written, chunk_bytes):
    table, content, options = written
    usual = input_files.CHUNK_BYTES
    input_files.CHUNK_BYTES = chunk_bytes
    try:
        result, read = inspect_anywhere(content, options)
    finally:
        input_files.CHUNK_BYTES = usual

    file = only_file(result)
    assert file["headers"] == [header.strip() for header in table[0]]
    assert file["record_count"] == len(table) - 1
    assert read == [tuple(value or None for value in row) for row in table[1:]]


@given(written=written_tables(), data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_file_is_refused_or_read_as_it_is_counted(written, data):
    _, content, options = written
    for _ in range(data.draw(st.integers(1, 2))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 5, len(content))))
        put = data.draw(st.sampled_from(["", "", options["delim"], options["quote"], "\n", " "]))
        content = content[:start] + put.encode() + content[end:]
    result, read = inspect_anywhere(content, options)

    if read is not None:
        assert len(read) == result["files"][0]["record_count"]
