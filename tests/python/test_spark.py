"""The same project on Apache Spark: every table, row for row, as on DuckDB.

`make test-spark` runs these; where PySpark is not installed they are skipped.
"""

import gzip
import importlib.util

import duckdb
import pytest
from conftest import HEADERS, SAMPLE, SAMPLE_CONTACTS, copy_project, line, run_build, write_lines
from engines import VIEWS_DIFFER, differences, spark_tables

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None, reason="PySpark is not installed: make test-spark"
)

# Read and typed: what comes after is the same wherever the lines came from.
STAGING = ("--select", "+stg_order_lines")

TIMES = """
2024-01-05|2024-1-5|2024-01-05 7:08|2024-01-05T17:08:09|2024-01-05 17:08:09.5|2024-01-05 24:00:00
2024-01-05 17:08:09.123456789|2024-01-05 17:60|2024-01-05 25:00|2024-01-05 17:08:60|2024-02-29
2024-02-30|2023-02-29|2024-13-01|2024-00-10|2024-01-00|0000-01-01|0001-01-01|9999-12-31 23:59:59
1969-12-31|2024-01-05 17:08+02|2024-01-05 17:08 +0200|2024-01-05 17:08:09 -05:30|2024-01-05Z
2024-01-05 17:08:09Z|2024-01-05 17:08 Z|2024-01-05 00:30+14:00|2024-01-05 00:30+19:00
2024-01-05 +01|2024-01-05 -00:00|2024-01-05T|2024-01-05 17|20240105|2024|epoch|infinity|now|today
2024-01-05 17:08 Europe/Berlin|2024-01-05 17:08:09 UTC|2024-01-05 17:08 PM|5.1.2024|-2024-01-05|x
2024-03-31 02:30:00|2024-01-05 17:08:09,5|2024-01-05  17:08|T17:08| 2024-01-05\t|\u00a02024-01-05
"""
NUMBERS = """
1|+1|-1|1.|.5|-.5|1.5e1|1E2|1e+2|1e-3|1e-9|0.00005|-0.00005|0.00004|2.0800000000000005|1d|1f|1L
12345.67895|12345.67885|99999999999999.9999|100000000000000|123456789012345678901|1e13|1e14|1e400
1e-400|1,5|1 000|1_000|0x10|NaN|inf|Infinity|-|+|.|e5|1e|--1|1.2.3|0|-0|00012
½|\u0661|\uff10|2.50 |\u00a03|two|three|1,2,3
"""
NAMES = """
| |NULL|none|N/A|nan|a 'quote'|a "double"|back\\slash|back\\|%_|two\rlines|tab\tin|Ærlig ÅÖ|東京 ☕
=1+1|a,b;c|e\u0301|\u00e9|İ|ß|\u2003em blank|zero\u200bwidth|$1 {{ jinja }}|C#|--|#comment|''|""
"""
IDS = "12346|12346.0|12346.00|12346.5|007.0|.0|1e5|C1|c22|CX|a@b.no"


def texts(lines: str) -> list[str]:
    """The texts between bars and line ends; a carriage return stands for a line end in a text."""
    return [text.replace("\r", "\n") for text in lines.strip("\n").replace("\n", "|").split("|")]


def build_on_both(folder, order_lines, *arguments, **options):
    """Builds the same on both engines: the build on DuckDB, and what differs on Spark."""
    folder.mkdir()
    builds = []
    for target in ("duckdb", "spark_ci"):
        built = run_build(folder / target, order_lines, *arguments, target=target, **options)
        assert built.succeeded, built.output
        builds.append(built)
    on_duckdb, on_spark = builds
    return on_duckdb, differences(on_duckdb.folder / "warehouse.duckdb", on_spark.folder / "spark")


def test_the_sample_gives_the_same_tables_row_for_row(tmp_path):
    on_duckdb, found = build_on_both(
        tmp_path / "sample", SAMPLE, customer_contacts=SAMPLE_CONTACTS, with_unit_tests=True
    )

    assert found == VIEWS_DIFFER
    assert on_duckdb.value("select count(*) from customers") > 500
    # The files of the exports too, where Spark's is the one part in a folder of that name.
    files = sorted(on_duckdb.folder.glob("target/exports/*.csv"))
    assert len(files) == 5
    for file in files:
        [part] = (tmp_path / "sample/spark_ci/target/exports" / file.name).glob("part-*")
        assert part.read_bytes() == file.read_bytes(), file.name


def test_texts_of_every_kind_are_typed_and_rejected_alike(tmp_path):
    rows = [line(f"t{n}", "7", text) for n, text in enumerate(texts(TIMES))]
    rows += [
        line(f"q{n}", "7", "2024-01-05", quantity=text) for n, text in enumerate(texts(NUMBERS))
    ]
    rows += [line(f"p{n}", "7", "2024-01-05", price=text) for n, text in enumerate(texts(NUMBERS))]
    rows += [
        (text, f"P{n}", text, 1, "2024-01-10", 5, f"customer {text}", text)
        for n, text in enumerate(texts(NAMES))
    ]
    rows += [line(text, text, "2024-01-05", product_id=text) for text in texts(IDS)]
    rows += [line("huge", "7", "2024-01-05", quantity="99999999999", price="99999999999")]
    rows += [line("thrice", "7", "2024-01-05", quantity="0.3333", price="0.3333")] * 3
    rows += [(None,) * 8] * 2
    plain = tmp_path / "lines.csv"
    write_lines(plain, rows)
    zipped = tmp_path / "lines.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))

    on_duckdb, found = build_on_both(tmp_path / "texts", zipped, *STAGING)

    assert found == []
    reasons = dict(
        on_duckdb.query("select rejection_reason, count(*) from stg_order_lines group by 1")
    )
    assert reasons["unparseable_ordered_at"] > 20
    assert reasons["unparseable_quantity"] > 20
    assert reasons[None] > 50


def test_a_parquet_file_with_types_of_its_own_is_read_alike(tmp_path):
    path = tmp_path / "lines.parquet"
    duckdb.sql("""
        select
            id as "InvoiceNo", '0' || id as "StockCode", 'A thing' as "Description",
            cast(id % 7 - 1 as bigint) as "Quantity",
            timestamp '2011-01-01 10:30:00' + id * interval '250' millisecond as "InvoiceDate",
            timestamptz '2011-01-01 10:30:00+02' as "Loaded at", date '2011-01-01' as "Day",
            id % 2 = 0 as "Gift", cast(id as decimal(9, 3)) as "Weight",
            cast(id % 3 as decimal(20, 12)) as "Tiny",
            cast(id / 1e9 as decimal(20, 12)) as "Small", cast(id as decimal(5, 0)) as "Whole",
            cast(id * 0.01 as float) as "Rate",
            case id % 9 when 0 then 0.0001 when 1 then 12345678.9 else id * 0.29e0 end
                as "UnitPrice",
            case when id % 3 > 0 then cast(12345678901 + id as double) end as "CustomerID",
            'Norway' as "Country"
        from (select unnest(range(200)) as id)
    """).write_parquet(str(path))
    columns = {"order_id": "InvoiceNo", "unit_price": "UnitPrice", "customer_id": "CustomerID"}

    on_duckdb, found = build_on_both(
        tmp_path / "typed", path, *STAGING, variables={"order_line_columns": columns}
    )

    assert found == []
    assert on_duckdb.query(
        "select count(*), count(customer_id), min(customer_id) from stg_order_lines"
    ) == [(200, 133, "12345678902")]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1,A,cut off"], "lines.csv, line 2: 3 fields"),
        (['1,A,"x" y,1,2024-01-01,5,7,NO'], "text after the quote"),
        (
            ['1,A,x,1,2024-01-01,5,7,"NO', *["2,A,x,1,2024-01-02,5,7,NO"] * 2],
            "a quote opens here that is not closed",
        ),
        (["1,A,Müsli,1,2024-01-01,5,7,NO"], "the byte 0xfc is not in the encoding utf-8"),
    ],
)
def test_a_broken_file_stops_the_run_on_spark_too(tmp_path, lines, message):
    path = tmp_path / "lines.csv"
    path.write_bytes("\n".join([",".join(HEADERS), *lines, ""]).encode("latin-1"))

    built = run_build(tmp_path / "spark", path, "--select", "base_order_lines", target="spark_ci")

    assert not built.succeeded
    assert message in " ".join(built.output.split())


def test_tables_stay_on_spark_local_and_one_can_be_the_input(tmp_path):
    path = tmp_path / "lines.csv"
    write_lines(path, [line("1", "7", "2024-01-10"), line("2", None, "2024-01-11", price="x")])
    project = copy_project(
        tmp_path / "project",
        {"models/intermediate/int_probe.sql": "select * from {{ ref('base_order_lines') }}"},
    )
    columns = "order_id product_id product_name quantity ordered_at unit_price customer_id country"

    for order_lines, select, variables in [
        (path, (*STAGING, "int_probe"), {}),
        (
            "customer_value.int_probe",
            STAGING,
            {"order_line_columns": {column: f"raw_{column}" for column in columns.split()}},
        ),
    ]:
        built = run_build(
            tmp_path / "spark",
            *(order_lines, *select),
            target="spark_local",
            project=project,
            variables=variables,
        )
        assert built.succeeded, built.output

    table = spark_tables(built.folder / "spark")["stg_order_lines"]
    assert duckdb.sql(
        f"select order_id, customer_id, rejection_reason from {table} order by 1"
    ).fetchall() == [("1", "7", None), ("2", None, "unparseable_unit_price")]


PROBE = """
select
    id as probe_id,
    cast(id as decimal(18, 4)) as amount,
    cast(id as double) / 7e0 as share,
    case when id > 1 then 'é ' || cast(id as {{ dbt.type_string() }}) end as name,
    cast('2024-01-05' as date) as day,
    cast('2024-01-05 17:08:09' as timestamp) as ordered_at,
    id > 1 as is_big
from (values (1), (2), (3)) as ids (id)
"""
FIT = """
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    return bounded_frame(dbt.ref("{ref}"), row_limit={row_limit}).sort_values("probe_id")
"""
# Nulls without a place, and a division of decimals.
UNPORTABLE = """
select
    id,
    row_number() over (order by nullif(id, 2)) as number_by_id,
    1.0 / id as share
from (values (1), (2), (3)) as ids (id)
"""


@pytest.fixture(scope="module")
def probes(tmp_path_factory):
    """Models that nobody named here, built on both engines: the outputs, and what differs."""
    folder = tmp_path_factory.mktemp("probes")
    project = copy_project(
        folder / "project",
        {
            "models/intermediate/int_probe.sql": PROBE,
            "models/intermediate/int_empty_probe.sql": PROBE + "where id > 3",
            "models/intermediate/int_unportable_probe.sql": UNPORTABLE,
            "python_models/fit_probe.py": FIT.format(ref="int_probe", row_limit=3),
            "python_models/fit_empty_probe.py": FIT.format(ref="int_empty_probe", row_limit=3),
            "python_models/fit_too_large_probe.py": FIT.format(ref="int_probe", row_limit=2),
        },
    )
    builds = {
        target: run_build(
            folder / target, SAMPLE, "--select", "*_probe", project=project, target=target
        )
        for target in ("duckdb", "spark_ci")
    }
    found = differences(folder / "duckdb" / "warehouse.duckdb", folder / "spark_ci" / "spark")
    return builds, found


@pytest.mark.xdist_group("probes")
def test_a_python_model_gives_the_same_table_also_where_it_is_empty(probes):
    builds, found = probes

    assert builds["duckdb"].tables() == [
        *("fit_empty_probe", "fit_probe", "int_empty_probe", "int_probe", "int_unportable_probe")
    ]
    assert builds["duckdb"].row_counts()["fit_probe"] == 3
    assert [difference for difference in found if "unportable" not in difference] == []


@pytest.mark.xdist_group("probes")
def test_a_python_model_does_not_read_more_than_it_may(probes):
    builds, _ = probes

    for built in builds.values():
        assert not built.succeeded
        assert "A Python model reads more than 2 rows with the columns probe_id" in built.output
        # The check of the input before the build is counted too.
        assert "PASS=7 WARN=0 ERROR=1" in built.output


@pytest.mark.xdist_group("probes")
def test_a_model_that_is_not_portable_is_found(probes):
    _, found = probes

    assert [difference for difference in found if "int_unportable_probe: " in difference] != []
