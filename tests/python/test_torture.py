"""A small torture (make torture is the whole): kills while campaigns are decided and exported."""

import json
import os
import subprocess
import sys

from conftest import PROJECT


def test_builds_that_are_killed_leave_nothing_torn_and_the_next_needs_no_hand(
    sample_build, tmp_path
):
    command = [
        *(sys.executable, str(PROJECT / "tests" / "torture" / "torture.py")),
        *("--folder", str(tmp_path), "--built", str(sample_build.folder)),
        *("--kills", "2", "--restore-every", "2"),
        *("--disks", "0", "--collisions", "0", "--days", "0"),
    ]

    environment = os.environ | {"PYTHONPATH": str(PROJECT / "tests" / "python")}

    finished = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)

    assert finished.returncode == 0, finished.stdout + finished.stderr
    counts = json.loads((tmp_path / "summary.json").read_text())["counts"]
    assert counts["kill: ledger restored from the archive"] >= 1
