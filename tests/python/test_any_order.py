"""Re-running changes nothing: not the order of the input, the number of threads or the memory."""

import random

import pytest
from conftest import SAMPLE, run_build


@pytest.mark.parametrize("threads", [1, 4])
def test_any_order_of_rows_number_of_threads_and_memory_give_identical_tables(
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
        environment={
            "DUCKDB_MEMORY_LIMIT": "2GB",
            "DUCKDB_SPILL_FOLDER": str(tmp_path / "spilled"),
        },
    )

    assert other.succeeded, other.output
    assert other.digests() == sample_build.digests()
