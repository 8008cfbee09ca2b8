"""Files that a build leaves: exports that a kill or a full disk leaves whole, modes, the lock."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from customer_value import files

NAMES = ["export_members", "export_profiles"]
ROWS = {"export_members": ["7", '"two\nlines"'], "export_profiles": []}


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def begin(folder: Path, names=NAMES, warehouse="a.duckdb", run="1") -> dict:
    return files.begin_exports(str(folder), names, warehouse, run)


def finish(folder: Path, names=NAMES, warehouse="a.duckdb", run="1", succeeded=True) -> dict:
    return files.finish_exports(str(folder), names, warehouse, run, "2025-01-01", succeeded)


def run_exports(folder: Path, run: str, names=NAMES, warehouse="a.duckdb", succeeded=True) -> None:
    """What a whole run does: its files name the run."""
    assert begin(folder, names, warehouse, run)["problem"] is None
    for name in names:
        text = "\n".join([f"id of {run}", *ROWS[name]]) + "\n"
        (folder / ".building" / f"{name}.part").write_text(text)
    assert finish(folder, names, warehouse, run, succeeded)["problem"] is None


def current(folder: Path) -> dict[str, str]:
    """The run of each file that an uploader would take. All of them agree with the manifest."""
    manifest = files.read_manifest(folder)
    found = {}
    for path in folder.rglob("*.csv"):
        entry = manifest["files"][path.name]
        rows, sha256 = files.rows_and_sha256(path)
        assert (rows, sha256) == (entry["rows"], entry["sha256"]), path
        assert path.read_text().startswith(f"id of {entry['invocation_id']}\n")
        found[path.stem] = entry["invocation_id"]
    return found


@pytest.fixture(autouse=True)
def unlocked():
    yield
    for folder in list(files._locks):
        files._unlock(Path(folder))


def test_a_file_gets_its_name_and_its_entry_when_the_run_has_succeeded(tmp_path):
    folder = tmp_path / 'it\'s "deep"' / "exports"
    run_exports(folder, "1")

    assert current(folder) == dict.fromkeys(NAMES, "1")
    manifest = files.read_manifest(folder)
    entry = manifest["files"]["export_members.csv"]
    assert entry["rows"] == 2
    assert entry["as_of_date"] == "2025-01-01"
    assert entry["warehouse"] == str(Path("a.duckdb").absolute())
    assert manifest["last_run"]["status"] == "succeeded"
    assert manifest["stale"] == {}
    assert {path.name for path in folder.iterdir()} == {
        *(f"{name}.csv" for name in NAMES),
        *(files.MANIFEST, files.LOCK),
    }


def test_a_run_that_fails_leaves_no_file_that_looks_current(tmp_path):
    run_exports(tmp_path, "1")
    run_exports(tmp_path, "2", succeeded=False)

    assert current(tmp_path) == {}
    manifest = files.read_manifest(tmp_path)
    assert manifest["last_run"]["status"] == "failed"
    assert manifest["stale"]["export_members.csv"]["invocation_id"] == "1"
    assert len(list(tmp_path.glob("stale/*.csv.stale"))) == 2

    run_exports(tmp_path, "3")

    assert current(tmp_path) == dict.fromkeys(NAMES, "3")
    assert not (tmp_path / "stale").exists()


def test_a_run_of_one_export_leaves_the_others_with_the_run_they_are_of(tmp_path):
    run_exports(tmp_path, "1")
    run_exports(tmp_path, "2", names=NAMES[:1])

    assert current(tmp_path) == {NAMES[0]: "2", NAMES[1]: "1"}


def test_a_kill_between_any_two_steps_leaves_whole_files_and_the_next_run_needs_no_hand(
    tmp_path, monkeypatch
):
    def killing_before(step: int):
        """Every call that changes the disk counts as a step."""
        count = 0

        def killing(original):
            def call(*arguments, **options):
                nonlocal count
                count += 1
                if count == step:
                    raise Killed
                return original(*arguments, **options)

            return call

        return killing

    step, killed = 0, True
    while killed:
        step += 1
        folder = tmp_path / str(step)
        run_exports(folder, "1")
        with monkeypatch.context() as patches:
            killing = killing_before(step)
            for owner, name in [
                *((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir")),
                (files.shutil, "rmtree"),
            ]:
                patches.setattr(owner, name, killing(getattr(owner, name)))
            try:
                run_exports(folder, "2")
                killed = False
            except Killed:
                killed = True
        files._unlock(folder)
        left = current(folder)
        assert set(left.values()) <= {"1", "2"}
        run_exports(folder, "3")
        assert current(folder) == dict.fromkeys(NAMES, "3")
        assert not list(folder.glob(".building*"))
    assert step > 20


def test_a_manifest_that_was_cut_is_as_none(tmp_path):
    run_exports(tmp_path, "1")
    (tmp_path / files.MANIFEST).write_text('{"files": {')

    run_exports(tmp_path, "2")

    assert current(tmp_path) == dict.fromkeys(NAMES, "2")


def test_files_of_two_warehouses_are_never_mixed(tmp_path):
    run_exports(tmp_path, "1")
    notice = begin(tmp_path, NAMES[:1], "b.duckdb", "2")["notice"]

    assert "of another warehouse" in notice
    assert "exports_folder" in notice
    assert current(tmp_path) == {}


def test_two_runs_do_not_write_to_one_folder_at_once(tmp_path):
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import sys, time; from customer_value.files import begin_exports;"
            f"print(begin_exports({str(tmp_path)!r}, [], 'b', '1'), flush=True); time.sleep(60)",
        ],
        env=os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[1])},
        stdout=subprocess.PIPE,
    )
    try:
        holder.stdout.readline()
        problem = begin(tmp_path)["problem"]
    finally:
        holder.kill()
        holder.wait()

    assert f"is being written by process {holder.pid}:" in problem
    assert "\n" not in problem
    run_exports(tmp_path, "2")


@pytest.mark.parametrize("folder", ["a file", "a file/below"])
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, folder):
    (tmp_path / "a file").write_text("")

    problem = begin(tmp_path / folder)["problem"]

    assert f"'{tmp_path / folder}'" in problem
    assert "exports_folder" in problem
    assert "\n" not in problem


def test_a_full_disk_is_one_line_and_nothing_looks_current(tmp_path, monkeypatch):
    run_exports(tmp_path, "1")
    begin(tmp_path, run="2")
    for name in NAMES:
        (tmp_path / ".building" / f"{name}.part").write_text("id of 2\n")

    def full(*_):
        raise OSError(28, "No space left on device", "manifest.json")

    monkeypatch.setattr(files, "write_manifest", full)
    problem = finish(tmp_path, run="2")["problem"]

    assert "No space left on device" in problem
    assert "\n" not in problem
    assert current(tmp_path) == {}


def test_what_is_ours_is_private_and_nothing_else_is_touched(tmp_path, monkeypatch):
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project / "target" / "compiled", project / "logs", elsewhere):
        folder.mkdir(parents=True)
    ours = [
        *("shop.duckdb", "shop.duckdb.wal", "target/manifest.json", "logs/dbt.log"),
        *("logs/dbt.log.1",),
    ]
    others = ["notes.txt", "../elsewhere/notes.txt"]
    monkeypatch.chdir(project)
    for name in (*ours, *others):
        Path(name).write_text("")
        Path(name).chmod(0o644)
    before = os.umask(0o022)
    try:
        files.keep_private("shop.duckdb", "target", "logs")
        files.keep_private("shop.duckdb", str(elsewhere), str(tmp_path))
        Path("target/new").write_text("")
    finally:
        os.umask(before)

    def mode(name: str) -> int:
        return stat.S_IMODE(Path(name).stat().st_mode)

    assert {mode(name) for name in (*ours, "target/new")} == {0o600}
    assert {mode(name) for name in ("target", "target/compiled", "logs")} == {0o700}
    assert {mode(name) for name in others} == {0o644}
    assert mode(".") & 0o055
    assert mode("../elsewhere") & 0o055


@pytest.mark.parametrize(
    ("warehouse", "words"),
    [("a's.duckdb", "without quotes"), ('a"s.db', "without quotes"), ("d/main.duckdb", "a main")],
)
def test_a_warehouse_whose_catalog_could_not_be_named_is_refused(warehouse, words):
    assert words in files.fault_of_name(warehouse)
    assert files.fault_of_name("a folder's/my shop.2.duckdb") is None


def test_the_command_of_a_process_is_told_without_its_options():
    found = files.command_of(os.getpid())

    assert found.startswith("python") or "pytest" in found
    assert " -" not in found
    assert files.command_of(2**30) == ""


def test_manifests_are_json_for_any_reader(tmp_path):
    run_exports(tmp_path, "1")

    assert set(json.loads((tmp_path / files.MANIFEST).read_text())) == {
        *("files", "last_run", "stale")
    }
