"""The comparison of two engines finds what differs, and nothing else."""

import duckdb
import pytest
from engines import differences

ROWS = "select 1 as id, 'a' as name, 0.3e0 as share, cast(1.5 as decimal(18, 4)) as amount"


@pytest.fixture
def compare(tmp_path):
    """Compares a query's rows as DuckDB and as Spark would have written them."""

    def compare_rows(here: str | None, there: str | None) -> list[str]:
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            if here:
                connection.execute(f"create table things as {here}")
            if there:
                folder = tmp_path / "spark" / "run" / "customer_value.db" / "things"
                folder.mkdir(parents=True)
                connection.execute(f"copy ({there}) to '{folder}/part.parquet'")
        return differences(tmp_path / "warehouse.duckdb", tmp_path / "spark")

    return compare_rows


@pytest.mark.parametrize(
    "there",
    [
        ROWS,
        ROWS.replace("0.3e0", "0.1e0 + 0.2e0"),
        ROWS.replace("select 1", "select cast(1 as bigint)"),
        ROWS.replace("decimal(18, 4)", "decimal(28, 4)"),
    ],
)
def test_the_same_rows_do_not_differ(compare, there):
    assert compare(ROWS, there) == []


@pytest.mark.parametrize(
    ("there", "difference"),
    [
        (ROWS.replace("1.5", "1.5001"), "things: only DuckDB has 1 rows"),
        (ROWS.replace("'a'", "'A'"), "things: only Spark has 1 rows"),
        (ROWS.replace("'a'", "cast(null as varchar)"), "things: only Spark has 1 rows"),
        (ROWS.replace("0.3e0", "0.300000001e0"), "things: doubles differ in 1 rows"),
        (ROWS.replace("0.3e0", "cast(null as double)"), "things: doubles differ in 1 rows"),
        (ROWS.replace("0.3e0", "'inf'::double"), "things: doubles differ in 1 rows"),
        (f"{ROWS} union all {ROWS}", "things: Spark has rows that are equal but for doubles"),
        (f"{ROWS} where false", "things: only DuckDB has 1 rows"),
        (ROWS.replace("0.3e0", "cast(0.3 as decimal(9, 6))"), "things: columns differ"),
        (ROWS.replace(" as share", " as portion"), "things: columns differ"),
        (None, "things: only DuckDB has it"),
    ],
)
def test_each_difference_is_named(compare, there, difference):
    assert any(found.startswith(difference) for found in compare(ROWS, there))


def test_a_table_that_only_spark_has_is_named(compare):
    assert compare(None, ROWS) == ["things: only Spark has it"]


def test_a_view_is_named_because_spark_has_no_files_of_it(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(f"create view things as {ROWS}")

    assert differences(tmp_path / "warehouse.duckdb", tmp_path) == ["things: only DuckDB has it"]


def test_two_empty_tables_do_not_differ(compare):
    assert compare(f"{ROWS} where false", f"{ROWS} where false") == []
