"""The archive of launched campaigns: one folder per launch, written beside and renamed.

A launch is two Parquet files, its assignments and its terms, and ``manifest.json`` with their row
counts and SHA-256 checksums. The engine writes the files of all launches of a build into a folder
of its own; `finish_launches` adds the manifests and renames that folder, so that the launches of a
build are in the archive all or none: those that a build decides depend on each other. What is there
and is no whole launch is moved to ``set_aside`` before a build reads it.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

FORMAT = 1
PARTS = ("assignments", "launches")
MANIFEST = "manifest.json"
SET_ASIDE = "set_aside"
# Of a build that is writing, and of one that has written and is handing over.
WRITING = ".writing-"
WRITTEN = ".written-"
SALT = "salt"


def launch_folder(campaign_id: str) -> str:
    """Name the folder of a campaign: readable, short, and different for each campaign.

    Parameters
    ----------
    campaign_id : str
        The campaign's id, of any length and any characters.

    Returns
    -------
    str
        At most 53 letters, digits, ``-`` and ``_``.

    Examples
    --------
    >>> launch_folder("win_back_2024")
    'win_back_2024-ec9ba85d4e8e'
    """
    readable = re.sub("[^A-Za-z0-9_-]+", "_", campaign_id)[:40]
    return f"{readable}-{hashlib.sha256(campaign_id.encode()).hexdigest()[:12]}"


def open_archive(folder: str) -> dict:
    """Find the launches in an archive, and set aside what is no whole launch.

    Parameters
    ----------
    folder : str
        The archive. It need not exist.

    Returns
    -------
    dict
        ``launches``: for each campaign id the folder of its launch. ``set_aside``: one dict for
        each thing that was moved, with its ``name``, the ``reason``, and where it is ``now``.

    Raises
    ------
    OSError
        If the archive cannot be read, or a thing cannot be moved.
    """
    archive = Path(folder)
    found = {"launches": {}, "set_aside": []}
    if not archive.is_dir():
        return found
    # A build that was killed as it handed its launches over.
    for path in sorted(archive.glob(f"{WRITTEN}*")):
        _hand_over(archive, path)
    for path in sorted(archive.iterdir()):
        if path.name.startswith(WRITING):
            if not _is_being_written(path):
                shutil.rmtree(path)
        elif path.is_dir() and path.name != SET_ASIDE:
            manifest, reason = _judge(path)
            if reason:
                found["set_aside"].append(_set_aside(archive, path, reason))
                continue
            for file in sorted(path.iterdir()):
                if file.name != MANIFEST and file.stem not in PARTS:
                    reason = "it is no file of the launch"
                    found["set_aside"].append(_set_aside(archive, file, reason))
            found["launches"][manifest["campaign_id"]] = str(path)
        elif path.suffix == ".parquet":
            reason = "it is no folder of a launch"
            found["set_aside"].append(_set_aside(archive, path, reason))
    return found


def _judge(path: Path) -> tuple[dict, str]:
    """The manifest of a launch, and why its folder is no whole launch; empty where it is one."""
    try:
        manifest = json.loads((path / MANIFEST).read_text())
        campaign_id, checksums = manifest["campaign_id"], manifest["sha256"]
    except FileNotFoundError:
        return {}, "it has no manifest.json, so that nobody knows whether it is whole"
    except (ValueError, KeyError, TypeError):
        return {}, "its manifest.json cannot be read"
    if manifest.get("format") != FORMAT:
        return {}, f"its format is {manifest.get('format')}, and this version reads {FORMAT}"
    if path.name != launch_folder(str(campaign_id)):
        return {}, f"it holds the launch of {campaign_id} under another name"
    for part in PARTS:
        file = path / f"{part}.parquet"
        if not file.is_file():
            return {}, f"{file.name} is missing"
        if _sha256(file) != checksums.get(part):
            return {}, f"{file.name} is not as it was written: its checksum is another"
    return manifest, ""


def _set_aside(archive: Path, path: Path, reason: str) -> dict:
    """Move a thing out of the way, under a name that is free."""
    kept = archive / SET_ASIDE
    kept.mkdir(mode=0o700, exist_ok=True)
    name = str(path.relative_to(archive)).replace(os.sep, "--")
    target, number = kept / name, 1
    while target.exists():
        number += 1
        target = kept / f"{name}-{number}"
    os.rename(path, target)
    return {"name": str(path.relative_to(archive)), "reason": reason, "now": str(target)}


def _is_being_written(path: Path) -> bool:
    """Whether the process that writes a folder may still be alive."""
    host, _, number = path.name.removeprefix(WRITING).rpartition("-")
    if host != _host() or not number.isdigit():
        age = datetime.now(UTC).timestamp() - path.stat().st_mtime
        return age < 24 * 3600
    if not int(number):
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return int(number) != os.getpid()


def _host() -> str:
    return re.sub("[^A-Za-z0-9]+", "_", socket.gethostname())


def begin_launches(folder: str, campaigns: list[str]) -> dict:
    """Make the folders that the engine writes launches into.

    Parameters
    ----------
    folder : str
        The archive. It is made, with its parents, if it does not exist.
    campaigns : list of str
        The ids of the campaigns in the ledger.

    Returns
    -------
    dict
        For each campaign that the archive lacks, the folder to write ``assignments.parquet`` and
        ``launches.parquet`` into.

    Raises
    ------
    OSError
        If the archive cannot be written.
    """
    archive = Path(folder)
    archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    missing = sorted(set(campaigns) - set(open_archive(folder)["launches"]))
    writing = archive / f"{WRITING}{_host()}-{os.getpid()}"
    shutil.rmtree(writing, ignore_errors=True)
    folders = {campaign: str(writing / launch_folder(campaign)) for campaign in missing}
    for path in folders.values():
        Path(path).mkdir(mode=0o700, parents=True)
    return folders


def finish_launches(folder: str, launches: list[dict]) -> None:
    """Take the launches of a build into the archive, whose files the engine has written.

    Parameters
    ----------
    folder : str
        The archive.
    launches : list of dict
        For each launch its ``campaign_id``, the folder ``written`` that `begin_launches` gave for
        it, and ``row_counts`` by file: ``assignments`` and ``launches``. One that takes the place
        of an archived launch names that one's checksums as ``replaces``.

    Raises
    ------
    FileExistsError
        If another build has archived a launch of the campaign with other rows meanwhile.
    OSError
        If a file is missing, or the archive cannot be written.
    """
    if not launches:
        return
    for launch in launches:
        source = Path(launch["written"])
        manifest = {
            "format": FORMAT,
            "campaign_id": launch["campaign_id"],
            "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "row_count": launch["row_counts"],
            "sha256": {part: _sha256(source / f"{part}.parquet") for part in PARTS},
        }
        if "replaces" in launch:
            manifest["replaces"] = launch["replaces"]
        (source / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
        for file in source.iterdir():
            file.chmod(0o600)
            _flush(file)
        _flush(source)
    writing = Path(launches[0]["written"]).parent
    _flush(writing)
    written = writing.with_name(WRITTEN + writing.name.removeprefix(WRITING))
    # From here on the launches are archived, whatever happens.
    os.rename(writing, written)
    _flush(Path(folder))
    _hand_over(Path(folder), written)


def _hand_over(archive: Path, written: Path) -> None:
    """Give the launches that a build has written their place in the archive."""
    for source in sorted(written.iterdir()):
        target = archive / source.name
        try:
            os.rename(source, target)
        except FileNotFoundError:
            # Another build hands them over, too.
            continue
        except OSError:
            ours = json.loads((source / MANIFEST).read_text())
            theirs, reason = _judge(target)
            if not reason and ours.get("replaces") == theirs["sha256"]:
                # Until the second rename, the launch is in `written`: a kill loses nothing.
                old = archive / f"{WRITING}{_host()}-{os.getpid()}"
                shutil.rmtree(old, ignore_errors=True)
                os.rename(target, old)
                os.rename(source, target)
                shutil.rmtree(old)
                continue
            if reason or theirs["sha256"] != ours["sha256"]:
                kept = _set_aside(archive, source, "another build archived other rows")
                raise FileExistsError(
                    f"The campaign {ours['campaign_id']} was archived in {target} by another build "
                    f"meanwhile, with other rows; those of this build are in {kept['now']}. Give "
                    "each warehouse an archive of its own (CAMPAIGN_ARCHIVE)."
                ) from None
            shutil.rmtree(source)
    _flush(archive)
    shutil.rmtree(written, ignore_errors=True)


def rewrite_launches(folder: str, statements: dict[str, str]) -> list[str]:
    """Write files of launches anew, such as without a person's id, each launch whole or not at all.

    What was set aside is written anew too, where it is a Parquet file with a column
    ``customer_id``. One that cannot be read is removed: nobody can tell whose ids it holds.

    Parameters
    ----------
    folder : str
        The archive.
    statements : dict
        By part (``assignments``, ``launches``), a DuckDB query over the view ``part`` of the rows
        as they are. A part without a query stays as it is.

    Returns
    -------
    list of str
        The campaigns whose rows have changed.

    Raises
    ------
    OSError
        If the archive cannot be written.
    """
    import duckdb

    changed = []
    for campaign_id, path in open_archive(folder)["launches"].items():
        old = Path(path)
        writing = Path(folder) / f"{WRITING}{_host()}-{os.getpid()}" / old.name
        shutil.rmtree(writing, ignore_errors=True)
        shutil.copytree(old, writing)
        manifest = json.loads((old / MANIFEST).read_text())
        with duckdb.connect() as connection:
            add_salt_functions(connection)
            is_changed = False
            for part, query in statements.items():
                target = str(writing / f"{part}.parquet").replace("'", "''")
                rows = _rows_of(old / f"{part}.parquet")
                connection.execute(f"create or replace view part as select * from {rows}")
                if _count_changed(connection, query):
                    connection.execute(f"copy ({query}) to '{target}' (format parquet)")
                    is_changed = True
        if not is_changed:
            shutil.rmtree(writing.parent)
            continue
        (writing / MANIFEST).unlink()
        launch = {
            "campaign_id": campaign_id,
            "written": str(writing),
            "row_counts": manifest["row_count"],
            "replaces": manifest["sha256"],
        }
        finish_launches(folder, [launch])
        changed.append(campaign_id)
    if "assignments" in statements:
        # A name that was taken has got a number: assignments.parquet-2.
        for file in sorted((Path(folder) / SET_ASIDE).rglob("*.parquet*")):
            if file.is_file():
                _rewrite_set_aside(file, statements["assignments"])
    return changed


def _count_changed(connection, query: str) -> int:
    """Count the rows that a query changes of the view `part`. It may add columns without values."""
    before = f"from part union all by name from ({query}) where false"
    [(count,)] = connection.execute(
        f"select count(*) from (({query}) except all ({before}))"
    ).fetchall()
    return count


def _rows_of(file: Path) -> str:
    """The table function that reads this file, and no other that its name matches as a pattern."""
    name = re.sub("([][*?])", r"[\1]", str(file)).replace("'", "''")
    return f"read_parquet('{name}', hive_partitioning = false)"


def _rewrite_set_aside(file: Path, query: str) -> None:
    import duckdb

    new = file.with_name(f".{file.name}.new")
    target = str(new).replace("'", "''")
    # What the system does not let us read is no broken file.
    with file.open("rb") as opened:
        opened.read(1)
    with duckdb.connect() as connection:
        add_salt_functions(connection)
        try:
            # All of it, because a file may be whole at its end only.
            connection.execute(f"create table kept as select * from {_rows_of(file)}")
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            file.unlink()
            return
        columns = connection.execute("describe kept").fetchall()
        if "customer_id" not in [name.lower() for name, *_ in columns]:
            return
        # Ids of another type are of another shop, or of an earlier export of this one.
        connection.execute(
            "create view part as select * replace (cast(customer_id as varchar) as customer_id) "
            "from kept"
        )
        if _count_changed(connection, query):
            connection.execute(f"copy ({query}) to '{target}' (format parquet)")
            new.chmod(0o600)
            _flush(new)
            os.replace(new, file)


def shop_salt(folder: str, has_launches: bool = False) -> str:
    """The secret by which a shop's control groups are drawn; made at the first build.

    Parameters
    ----------
    folder : str
        The archive, in whose file ``salt`` it is kept.
    has_launches : bool
        Whether the warehouse has launched campaigns.

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    LookupError
        If there are launches and no salt, so that a new one would draw other groups.
    OSError
        If the archive cannot be written.
    """
    path = Path(folder) / SALT
    if not path.exists():
        archive = path.parent
        archive.mkdir(mode=0o700, parents=True, exist_ok=True)
        # What has no manifest is no launch, and is set aside.
        if has_launches or any((launch / MANIFEST).exists() for launch in archive.iterdir()):
            raise LookupError(
                f"There are launched campaigns, and the archive {folder} has no file {SALT}, by "
                "which their control groups were drawn. Restore the file, or set the var "
                "campaign_salt (it was customer_value where nobody set it, before the file was "
                "introduced). If the launches are those of the sample or of another shop, take "
                "another WAREHOUSE."
            )
        # Linked under its name when it is whole: of two first builds, one salt remains.
        new = archive / f".{SALT}-{secrets.token_hex(8)}"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(16) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return archived_salt(folder)


def archived_salt(folder: str) -> str:
    """Read the salt of an archive.

    Parameters
    ----------
    folder : str
        The archive.

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    LookupError
        If the file is not whole.
    OSError
        If there is none, or it cannot be read.
    """
    path = Path(folder) / SALT
    salt = path.read_text().strip()
    if not re.fullmatch("[0-9a-f]{32}", salt):
        raise LookupError(f"{path} is not as it was written: restore it from the backup.")
    return salt


def make_salt(folder: str, has_launches: bool = False) -> None:
    """Make the salt of an archive if there is none yet, and give it to nobody: see `shop_salt`."""
    shop_salt(folder, has_launches)


# The var campaign_salt of this run.
_given_salt: list[str] = []


def keep_given_salt(salt: str) -> str:
    """Remember a salt for `given_salt`.

    Parameters
    ----------
    salt : str
        The salt.

    Returns
    -------
    str
        Nothing: an empty text.
    """
    _given_salt[:] = [salt]
    return ""


def given_salt() -> str:
    """Give the salt that was kept last.

    Returns
    -------
    str
        What `keep_given_salt` was given.

    Raises
    ------
    LookupError
        If it was given nothing.

    Examples
    --------
    >>> keep_given_salt("a secret")
    ''
    >>> given_salt()
    'a secret'
    """
    if not _given_salt:
        raise LookupError("The var campaign_salt is not known: let dbt run this SQL.")
    return _given_salt[0]


def add_salt_functions(connection) -> None:
    """Let SQL name salts without showing them (macros/campaigns/campaign_salt.sql).

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        It gets the functions ``keep_given_salt``, ``given_salt`` and ``archived_salt``.
    """
    connection.create_function(
        "keep_given_salt", keep_given_salt, ["VARCHAR"], "VARCHAR", side_effects=True
    )
    # Without side effects, so that a query calls them once and not for each row.
    connection.create_function("given_salt", given_salt, [], "VARCHAR")
    connection.create_function("archived_salt", archived_salt, ["VARCHAR"], "VARCHAR")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Have the system write a file, or the names of a folder, to the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


ACTIONS = {
    "open": open_archive,
    "begin": begin_launches,
    "finish": finish_launches,
    "rewrite": rewrite_launches,
    "salt": make_salt,
}


def call(request: str) -> str:
    """Call a function of this module from SQL, with arguments and result as JSON.

    Parameters
    ----------
    request : str
        A JSON object: ``action`` (open, begin, finish, rewrite, salt) and the arguments by name.

    Returns
    -------
    str
        A JSON object with the ``result``, or with the ``problem`` in words.

    Raises
    ------
    json.JSONDecodeError
        If the request is not JSON.
    KeyError
        If there is no such action.
    """
    arguments = json.loads(request)
    action = ACTIONS[arguments.pop("action")]
    try:
        return json.dumps({"result": action(**arguments)})
    except (OSError, LookupError) as error:
        return json.dumps({"problem": str(error)})
