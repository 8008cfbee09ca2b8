"""Re-running changes nothing: not the order of the input, nor the number of threads."""

import random

import pytest
from conftest import SAMPLE, run_build


@pytest.mark.parametrize("threads", [1, 4])
def test_any_order_of_rows_and_any_number_of_threads_give_identical_tables(
    sample_build, tmp_path, threads
):
    header, *rows = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(threads).shuffle(rows)
    shuffled = tmp_path / SAMPLE.name
    shuffled.write_text(header + "".join(rows), encoding="utf-8")

    other = run_build(
        tmp_path / "other",
        shuffled,
        *("--threads", str(threads)),
        duckdb_threads=threads,
    )

    assert other.succeeded, other.output
    assert other.digests() == sample_build.digests()
