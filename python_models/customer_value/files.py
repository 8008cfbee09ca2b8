"""The files that a build leaves: exports with their manifest, private modes, and the lock.

An export is first written to a hidden folder. It gets its final name when the whole run has
succeeded, so that a kill, a full disk or a failed test leaves no file that looks current.
"""

import csv
import fcntl
import hashlib
import itertools
import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

MANIFEST = "manifest.json"
STAGE = ".building"
STALE = "stale"
LOCK = ".lock"
# What dbt and this project write into the target folder.
TARGET_ENTRIES = (
    *("compiled", "run", "input", "exports", "manifest.json", "run_results.json", "catalog.json"),
    *("partial_parse.msgpack", "semantic_manifest.json", "graph.gpickle", "graph_summary.json"),
)
_locks: dict[str, int] = {}


def begin_exports(folder: str, names: list[str], warehouse: str, invocation_id: str) -> dict:
    """Prepare the folder for a run: set aside the files that the run is going to replace.

    Files of another warehouse are all set aside, also those that the run does not replace, so that
    a folder never mixes two. Leftovers of a killed run are removed.

    Parameters
    ----------
    folder : str
        A folder on this machine, which is created when needed.
    names : list of str
        The exports of the run, such as ``export_klaviyo_profiles``.
    warehouse : str
        Path of the warehouse.
    invocation_id : str
        dbt's id of the run.

    Returns
    -------
    dict
        ``notice``: a sentence for the log, or None; ``problem``: one line, or None.
    """
    path = Path(folder)
    try:
        make_private_folder(path)
        holder = _lock(path)
        if holder:
            return _answer(
                problem=f"The exports folder '{folder}' is being written by process {holder}: wait "
                "for it, or set the var exports_folder to another folder."
            )
        remove_leftovers(path)
        make_private_folder(path / STAGE)
        manifest = read_manifest(path)
        warehouse = _absolute(warehouse)
        others = {
            name for name, entry in manifest["files"].items() if entry["warehouse"] != warehouse
        }
        current = {f"{name}.csv" for name in names} | others
        for file in sorted(current):
            entry = manifest["files"].pop(file, None)
            if (path / file).exists():
                make_private_folder(path / STALE)
                _replace(path / file, path / STALE / f"{file}.stale")
                manifest["stale"][file] = entry
        manifest["last_run"] = _run(invocation_id, warehouse, "running")
        write_manifest(path, manifest)
    except OSError as error:
        _unlock(path)
        return _answer(problem=_words_of(error, folder))
    if others:
        return _answer(
            notice=f"The exports in '{folder}' were of another warehouse and are now in its folder "
            f"'{STALE}': set the var exports_folder for each warehouse."
        )
    return _answer()


def finish_exports(
    folder: str,
    names: list[str],
    warehouse: str,
    invocation_id: str,
    as_of_date: str | None,
    succeeded: bool,
) -> dict:
    """Publish the exports of a run that has succeeded, or drop those of one that has failed.

    The manifest is written before the files are renamed: a file under its final name always agrees
    with it, and a kill in between leaves files that the manifest names and that are missing.

    Parameters
    ----------
    folder, warehouse, invocation_id : str
        As in `begin_exports`.
    names : list of str
        The exports that the run has written.
    as_of_date : str or None
        The date that the exports are as of.
    succeeded : bool
        Whether every model and test of the run has succeeded.

    Returns
    -------
    dict
        ``notice``: a sentence for the log, or None; ``problem``: one line, or None.
    """
    path = Path(folder)
    warehouse = _absolute(warehouse)
    try:
        manifest = read_manifest(path)
        if not succeeded:
            remove_leftovers(path)
            manifest["last_run"] = _run(invocation_id, warehouse, "failed")
            write_manifest(path, manifest)
            return _answer(
                notice=f"No export was written to '{folder}', because the run has failed. Files of "
                f"the run before, if any, are in its folder '{STALE}'."
            )
        for name in names:
            staged = path / STAGE / f"{name}.part"
            rows, sha256 = rows_and_sha256(staged)
            manifest["stale"].pop(f"{name}.csv", None)
            manifest["files"][f"{name}.csv"] = {
                "invocation_id": invocation_id,
                "as_of_date": as_of_date,
                "written_at": _now(),
                "warehouse": warehouse,
                "rows": rows,
                "sha256": sha256,
            }
        manifest["last_run"] = _run(invocation_id, warehouse, "succeeded")
        write_manifest(path, manifest)
        for name in names:
            _replace(path / STAGE / f"{name}.part", path / f"{name}.csv")
        for name in names:
            (path / STALE / f"{name}.csv.stale").unlink(missing_ok=True)
        remove_leftovers(path)
        if (path / STALE).is_dir() and not any((path / STALE).iterdir()):
            (path / STALE).rmdir()
    except OSError as error:
        return _answer(problem=_words_of(error, folder))
    finally:
        _unlock(path)
    return _answer()


def rows_and_sha256(path: Path) -> tuple[int, str]:
    """Count the records of a CSV file after its header, and hash its bytes; flush it to disk."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    with path.open(encoding="utf-8", newline="") as file:
        # A name may be longer than the module's limit for a field.
        csv.field_size_limit(sys.maxsize)
        return max(sum(1 for _ in csv.reader(file)) - 1, 0), sha256


def read_manifest(folder: Path) -> dict:
    """The manifest of a folder of exports; an empty one if there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {"last_run": found["last_run"], "files": found["files"], "stale": found["stale"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {"last_run": None, "files": {}, "stale": {}}


def write_manifest(folder: Path, manifest: dict) -> None:
    """Write the manifest, whole or not at all."""
    write_whole(folder / MANIFEST, json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a text file beside its place and rename it, so that a kill leaves old or new."""
    part = path.with_name(f".{path.name}.part")
    with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _replace(part, path)


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed or failed run has left in a folder of exports."""
    shutil.rmtree(folder / STAGE, ignore_errors=True)
    (folder / f".{MANIFEST}.part").unlink(missing_ok=True)


def make_private_folder(path: Path) -> None:
    """Create a folder that only its owner can read, with its parents; one that exists stays."""
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)


def keep_private(warehouse: str, target_folder: str, log_folder: str) -> None:
    """Let nobody but the owner read what this process writes, and what an earlier one wrote.

    New files are made by the umask. Of those that exist, the mode of what another user owns stays
    as it is, and so does that of a target or log folder outside the current folder.

    Parameters
    ----------
    warehouse : str
        Path of the warehouse.
    target_folder, log_folder : str
        dbt's folders.
    """
    os.umask(0o077)
    here, target, logs = Path.cwd(), Path(target_folder), Path(log_folder)
    found = [Path(warehouse), Path(f"{warehouse}.wal"), Path(f"{warehouse}.tmp")]
    found += [target / entry for entry in TARGET_ENTRIES] + list(logs.glob("dbt.log*"))
    found += [folder for folder in (target, logs) if here in folder.absolute().resolve().parents]
    for path in found:
        try:
            status = path.lstat()
            if status.st_uid == os.geteuid() and status.st_mode & 0o077 and not path.is_symlink():
                path.chmod(0o700 if path.is_dir() else 0o600)
        except OSError:
            # It is not there, or its file system has no modes.
            continue


def words_of_lock(error: str, warehouse: str) -> str:
    """What to do about DuckDB's error that another process holds the warehouse, in one line.

    Parameters
    ----------
    error : str
        DuckDB's message, which names the process id.
    warehouse : str
        Path of the warehouse.

    Returns
    -------
    str

    Examples
    --------
    >>> words_of_lock("Conflicting lock is held in PID 0. See also", "w.duckdb")[:47]
    "The warehouse 'w.duckdb' is open in a process o"
    """
    found = re.search(r"PID (\d+)", error)
    pid = int(found[1]) if found else 0
    if pid:
        command = command_of(pid)
        holder = f"process {pid}" + (f" ({command})" if command else "")
    else:
        holder = "a process of another container or machine"
    return (
        f"The warehouse '{warehouse}' is open in {holder}, and DuckDB lets either one process "
        "write or several read: wait for that process, or close it, and run again."
    )


def fault_of_name(warehouse: str) -> str | None:
    """What is wrong with the name of a warehouse file, from which the name of its catalog is made.

    dbt-duckdb does not escape quotes in it, and DuckDB takes some names for schemas of its own.

    Parameters
    ----------
    warehouse : str
        Path of the warehouse.

    Returns
    -------
    str or None
        A message; None if nothing is wrong.

    Examples
    --------
    >>> fault_of_name("a folder's/my shop.duckdb")
    >>> fault_of_name("bob's.duckdb")[-32:]
    'take a file name without quotes.'
    >>> fault_of_name("data/Main.duckdb")
    "WAREHOUSE is 'data/Main.duckdb': take another file name, DuckDB has a main of its own."
    """
    name = Path(warehouse).stem
    if re.search("['\"]", name):
        return f"WAREHOUSE is {warehouse!r}: take a file name without quotes."
    if name.lower() in ("main", "temp", "system", "information_schema", "pg_catalog"):
        return (
            f"WAREHOUSE is {warehouse!r}: take another file name, DuckDB has a {name.lower()} of "
            "its own."
        )
    return None


def command_of(pid: int) -> str:
    """The first words of a process's command, without options; empty if the system has none."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    # Options can hold what nobody else should read.
    plain = itertools.takewhile(lambda word: not word.startswith("-"), words[:3])
    return " ".join(os.path.basename(word) for word in plain).strip()[:60]


def _lock(folder: Path) -> int | None:
    """Hold the folder until `_unlock` or the end of the process; the holder's id if that fails."""
    key = str(folder.absolute())
    if key in _locks:
        return None
    descriptor = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode(errors="replace")
        os.close(descriptor)
        return int(holder) if holder.isdigit() else 0
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    _locks[key] = descriptor
    return None


def _unlock(folder: Path) -> None:
    descriptor = _locks.pop(str(folder.absolute()), None)
    if descriptor is not None:
        os.close(descriptor)


def _replace(source: Path, target: Path) -> None:
    """Rename, and flush the folders, so that a power cut does not undo it."""
    source.replace(target)
    for folder in {source.parent, target.parent}:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _run(invocation_id: str, warehouse: str, status: str) -> dict:
    return {
        "invocation_id": invocation_id,
        "warehouse": warehouse,
        "status": status,
        "at": _now(),
    }


def _answer(notice: str | None = None, problem: str | None = None) -> dict:
    return {"notice": notice, "problem": problem}


def _words_of(error: OSError, folder: str) -> str:
    return (
        f"The exports cannot be written to '{folder}': {error.strerror} ({error.filename}). Make "
        "room or give access, or set the var exports_folder to a folder that can be written."
    )


def _absolute(warehouse: str) -> str:
    return warehouse if warehouse == ":memory:" else str(Path(warehouse).absolute())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
