"""The archive of launched campaigns: whole or not at all, whatever happens to a build or a file."""

import contextlib
import json
import os
import shutil
import stat
from pathlib import Path

import duckdb
import pytest
from customer_value import campaign_archive as archive

ROWS = {"a": 3, "b/..": 2, "c" * 300: 1}


def write(folder: Path, rows: dict[str, int] = ROWS, value: str = "x") -> list[dict]:
    """Let an engine write launches, up to the point where the archive takes them."""
    launches = []
    for campaign, written in archive.begin_launches(str(folder), list(rows)).items():
        for part in archive.PARTS:
            duckdb.sql(
                f"select '{value}' as customer_id from range({rows[campaign]})"
            ).write_parquet(f"{written}/{part}.parquet")
        counts = dict.fromkeys(archive.PARTS, rows[campaign])
        launches.append({"campaign_id": campaign, "written": written, "row_counts": counts})
    return launches


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "deep" / "archive"
    archive.finish_launches(str(folder), write(folder))
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_launches_are_found_whole_and_for_their_owner_only(folder):
    found = archive.open_archive(str(folder))

    assert found["launches"].keys() == ROWS.keys()
    assert found["set_aside"] == []
    assert names(folder) == {archive.launch_folder(campaign) for campaign in ROWS}
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    manifest = json.loads((folder / archive.launch_folder("a") / "manifest.json").read_text())
    assert manifest["row_count"] == {"assignments": 3, "launches": 3}
    assert write(folder) == []


def test_a_build_killed_at_any_rename_leaves_all_its_launches_or_none(tmp_path, monkeypatch):
    """They were decided together: half of them back, the others would be decided otherwise."""
    seen = set()
    for kill_at in range(8):
        folder = tmp_path / str(kill_at)
        launches = write(folder)
        steps = iter(range(100))

        def rename(source, target, rename=os.rename, steps=steps, kill_at=kill_at):
            if next(steps) == kill_at:
                raise KeyboardInterrupt
            rename(source, target)

        with monkeypatch.context() as patched:
            patched.setattr(os, "rename", rename)
            try:
                archive.finish_launches(str(folder), launches)
            except KeyboardInterrupt:
                seen.add("killed")
        # The next build is another process.
        with monkeypatch.context() as patched:
            patched.setattr(os, "getpid", lambda: 2**22 + 1)
            for path in folder.glob(f"{archive.WRITING}*"):
                path.rename(path.with_name(f"{archive.WRITING}{archive._host()}-{2**22 + 2}"))
            found = archive.open_archive(str(folder))
        count = len(found["launches"])
        seen.add(count)
        assert count in (0, len(ROWS)), kill_at
        assert found["set_aside"] == []
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    assert seen == {"killed", 0, len(ROWS)}


@pytest.mark.parametrize("part", ["assignments.parquet", "launches.parquet", "manifest.json"])
def test_a_launch_with_any_byte_changed_cut_or_missing_is_set_aside(folder, part):
    file = folder / archive.launch_folder("a") / part
    whole = file.read_bytes()
    damages = [whole[:cut] for cut in range(0, len(whole), 37)]
    damages += [
        whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        for place in range(0, len(whole), 41)
        # A time or a count in the manifest is not what makes a launch whole.
        if part != "manifest.json"
    ]
    for damage in damages:
        file.write_bytes(damage)
        found = archive.open_archive(str(folder))
        [thing] = found["set_aside"]
        assert thing["name"] == archive.launch_folder("a")
        assert found["launches"].keys() == ROWS.keys() - {"a"}
        shutil.move(thing["now"], folder / archive.launch_folder("a"))
    file.unlink()
    assert archive.open_archive(str(folder))["set_aside"][0]["reason"]


def test_what_is_not_of_the_archive_is_set_aside_under_a_free_name(folder):
    for _ in range(2):
        shutil.copytree(folder / archive.launch_folder("a"), folder / "copy of a")
        (folder / "stranger.parquet").write_bytes(b"PAR1")
        (folder / archive.launch_folder("b/..") / "data_1.parquet").write_bytes(b"")
        (folder / "notes.txt").write_text("not ours, and no harm")
        found = archive.open_archive(str(folder))
        assert found["launches"].keys() == ROWS.keys()
        assert len(found["set_aside"]) == 3
    assert len(names(folder / archive.SET_ASIDE)) == 6


def test_of_two_builds_that_archive_other_rows_the_second_is_told(folder, tmp_path):
    other = tmp_path / "other"
    same = write(other)
    for launch in same:
        source = folder / archive.launch_folder(launch["campaign_id"])
        for part in archive.PARTS:
            shutil.copy(source / f"{part}.parquet", launch["written"])
    moved = folder / f"{archive.WRITING}x-1"
    shutil.move(Path(same[0]["written"]).parent, moved)
    for launch in same:
        launch["written"] = str(moved / Path(launch["written"]).name)
    archive.finish_launches(str(folder), same)
    assert names(folder) == {archive.launch_folder(campaign) for campaign in ROWS}

    differing = write(other, value="y")
    shutil.move(Path(differing[0]["written"]).parent, moved)
    for launch in differing:
        launch["written"] = str(moved / Path(launch["written"]).name)
    with pytest.raises(FileExistsError, match=r"with other rows.*CAMPAIGN_ARCHIVE"):
        archive.finish_launches(str(folder), differing)


def test_rows_are_rewritten_whole_and_only_where_they_change(folder):
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    query = "select replace(customer_id, 'x', 'erased') as customer_id from part"

    assert archive.rewrite_launches(str(folder), {"launches": "from part"}) == []
    assert {path: path.read_bytes() for path in folder.rglob("*.parquet")} == before
    assert set(archive.rewrite_launches(str(folder), {"assignments": query})) == ROWS.keys()

    found = archive.open_archive(str(folder))
    assert found == {"launches": found["launches"], "set_aside": []}
    for campaign, path in found["launches"].items():
        assert duckdb.sql(
            f"select distinct customer_id, count(*) from '{path}/assignments.parquet' group by 1"
        ).fetchall() == [("erased", ROWS[campaign])]


def test_a_folder_with_brackets_in_its_name_is_not_a_pattern(tmp_path):
    for name in ("archive [ab]", "archive a"):
        folder = tmp_path / name
        archive.finish_launches(str(folder), write(folder, {"a": 1}, value=name))
    query = "select replace(customer_id, 'archive', 'erased') as customer_id from part"

    archive.rewrite_launches(str(tmp_path / "archive [ab]"), {"assignments": query})

    [path] = (tmp_path / "archive [ab]").glob("*/assignments.parquet")
    assert duckdb.execute(
        "select customer_id from parquet_scan(?)", [str(path).replace("[ab]", "[[]ab[]]")]
    ).fetchall() == [("erased [ab]",)]


def test_what_was_set_aside_is_rewritten_too_and_removed_where_it_cannot_be_read(folder):
    """Launches without a manifest or cut, of an earlier version, and files without customers."""
    aside = folder / archive.SET_ASIDE
    for campaign, name in [("a", "no manifest"), ("b/..", "campaign_id=it's old"), ("a", "cut")]:
        shutil.copytree(folder / archive.launch_folder(campaign), aside / name)
    cut = aside / "cut" / "assignments.parquet"
    cut.write_bytes(cut.read_bytes()[:-9])
    duckdb.sql("select 'x' as product_id").write_parquet(str(aside / "stranger.parquet"))
    stranger = (aside / "stranger.parquet").read_bytes()
    duckdb.sql("select 12 as Customer_ID").write_parquet(str(aside / "numbers.parquet"))
    query = (
        "select * replace (replace(replace(customer_id, 'x', 'erased'), '12', 'erased') "
        "as customer_id) from part"
    )

    archive.rewrite_launches(str(folder), {"assignments": query})

    for name, campaign in [("no manifest", "a"), ("campaign_id=it's old", "b/..")]:
        file = aside / name / "assignments.parquet"
        with duckdb.connect() as connection:
            rows = connection.execute(
                "select customer_id, count(*) from read_parquet(?) group by 1", [str(file)]
            ).fetchall()
        assert rows == [("erased", ROWS[campaign])]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not cut.exists()
    assert (aside / "stranger.parquet").read_bytes() == stranger
    numbers = duckdb.sql(f"from '{aside}/numbers.parquet'").fetchall()
    assert numbers == [("erased",)]
    files = {"stranger.parquet", "numbers.parquet"}
    assert names(aside) == {"no manifest", "campaign_id=it's old", "cut"} | files
    assert all(not name.startswith(".") for name in names(aside / "no manifest"))


@pytest.mark.parametrize("step", range(12))
def test_a_rewrite_that_is_cut_loses_no_launch_and_keeps_no_id(folder, step, monkeypatch):
    query = "select * replace ('erased' as customer_id) from part"
    steps = []

    def cut(function):
        def called(*arguments, **options):
            if len(steps) == step:
                raise KeyboardInterrupt
            steps.append(function)
            return function(*arguments, **options)

        return called

    with monkeypatch.context() as patch:
        patch.setattr(archive.os, "rename", cut(os.rename))
        patch.setattr(archive.shutil, "rmtree", cut(archive.shutil.rmtree))
        with contextlib.suppress(KeyboardInterrupt):
            archive.rewrite_launches(str(folder), {"assignments": query})

    found = archive.open_archive(str(folder))
    assert (set(found["launches"]), found["set_aside"]) == (ROWS.keys(), [])
    archive.rewrite_launches(str(folder), {"assignments": query})
    assert names(folder) == {Path(path).name for path in found["launches"].values()}
    for path in archive.open_archive(str(folder))["launches"].values():
        assert duckdb.sql(
            f"select distinct customer_id from '{path}/assignments.parquet'"
        ).fetchall() == [("erased",)]


def test_a_salt_is_made_once_and_never_anew(tmp_path, folder):
    first = tmp_path / "first"
    salt = archive.shop_salt(str(first))

    assert len(salt) == 32
    assert archive.shop_salt(str(first)) == salt
    assert archive.shop_salt(str(tmp_path / "second")) != salt
    assert names(first) == {archive.SALT}
    with pytest.raises(LookupError, match=r"no file salt.*take another WAREHOUSE"):
        archive.shop_salt(str(tmp_path / "third"), has_launches=True)
    # What a kill left of a first launch is no launch.
    cut = tmp_path / "cut" / "campaign_id=x" / "data_0.parquet"
    cut.parent.mkdir(parents=True)
    cut.write_bytes(b"")
    assert len(archive.shop_salt(str(tmp_path / "cut"))) == 32
    assert stat.S_IMODE((first / archive.SALT).stat().st_mode) == 0o600
    # A lost salt would silently draw other groups.
    with pytest.raises(LookupError, match=r"no file salt.*Restore the file"):
        archive.shop_salt(str(folder))
    (first / archive.SALT).write_text("half")
    with pytest.raises(LookupError, match="is not as it was written"):
        archive.shop_salt(str(first))


def test_a_folder_that_cannot_be_made_is_a_problem_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    answer = json.loads(
        archive.call(json.dumps({"action": "salt", "folder": str(tmp_path / "file")}))
    )
    assert "problem" in answer
