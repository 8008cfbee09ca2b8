"""Features of customers: nothing of the future, samples by hash, and the purchase models' words."""

import csv
import math
from collections.abc import Callable

import duckdb
import pandas as pd
import pytest
from conftest import HEADERS, SAMPLE, Build, line, run_build, write_lines


@pytest.fixture
def build_features(tmp_path) -> Callable[..., Build]:
    """Builds features of order lines, and what comes before them."""

    def build(rows: list[tuple], headers: list[str] = HEADERS, **options) -> Build:
        path = tmp_path / "lines.csv"
        write_lines(path, rows, headers)
        built = run_build(tmp_path / "build", path, "--select", "+int_feature_scales", **options)
        assert built.succeeded, built.output
        return built

    return build


@pytest.mark.parametrize("as_of_date", ["2023-03-01", "2024-03-01", "2024-07-05"])
def test_features_at_a_past_date_equal_those_from_data_that_end_there(
    sample_build, build_features, as_of_date
):
    with SAMPLE.open(encoding="utf-8", newline="") as whole:
        header, *rows = csv.reader(whole)
    earlier = [row for row in rows if not row[4] >= as_of_date]
    assert len(earlier) < len(rows)

    cut_off = build_features(earlier, header, variables={"as_of_date": as_of_date})

    for table, keys in [
        ("int_customers__features", ["customer_id"]),
        ("int_customers__feature_vectors", ["customer_id"]),
        ("int_feature_scales", ["feature"]),
    ]:
        then, now = (
            frame(built, f"from {table} where as_of_date = '{as_of_date}'").sort_values(keys)
            for built in (cut_off, sample_build)
        )
        assert len(now) > 20
        pd.testing.assert_frame_equal(
            then.reset_index(drop=True), now.reset_index(drop=True), rtol=1e-9, atol=0
        )


def test_what_purchase_models_say_of_customers_are_the_published_formulas(sample_build):
    """Fader, Hardie and Lee (2005), eq. 10; Fader and Hardie (2013), eq. 5."""
    rows = frame(
        sample_build,
        """
        select * from int_customers__features
        inner join int_customers__purchase_summary using (as_of_date, customer_id)
        inner join int_clv_candidates using (as_of_date)
        where model = 'bg_nbd' and as_of_date >= '2024-01-01'
        """,
    )
    assert (rows["repeat_count"] > 1).sum() > 1000
    for row in rows.itertuples():
        x = row.repeat_count
        gone = row.a / (row.b + x - 1) if x else 0
        silence = (row.alpha + row.age_days) / (row.alpha + row.last_order_age_days)
        alive = 1 / (1 + gone * silence ** (row.r + x))
        assert math.isclose(row.alive_probability, alive, rel_tol=1e-9)
        assert math.isclose(
            row.expected_orders_per_year,
            365 * alive * (row.r + x) / (row.alpha + row.age_days),
            rel_tol=1e-9,
        )
        assert math.isclose(
            row.expected_order_value,
            row.p * (row.gamma + float(row.repeat_revenue)) / (row.p * x + row.q - 1),
            rel_tol=1e-9,
        )


def test_large_samples_are_by_hash_and_the_one_for_training_is_of_the_back_tests(sample_build):
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table int_customers__rfm as
            select
                as_of_date, customer.number::varchar as customer_id, 1 as order_day_count,
                1 as recency_days, as_of_date - 1 as first_order_date, 0.0 as repeat_revenue
            from (values (date '2024-01-01', 20000), (date '2025-01-01', 200000))
                as dates (as_of_date, customer_count)
            inner join range(200000) as customer (number) on customer.number < customer_count
            """
        )
        connection.execute(
            """
            create table int_as_of_dates as
            select distinct
                as_of_date, false as is_fit_date, true as is_backtest_cutoff
            from int_customers__rfm
            """
        )
        sampled = connection.execute(
            f"""
            select
                as_of_date::varchar, count_if(is_in_backtest), count_if(is_in_training),
                count_if(is_in_training and not is_in_backtest)
            from ({sample_build.compiled("int_customers__purchase_summary")})
            group by 1 order by 1
            """
        ).fetchall()

    assert sampled == [
        ("2024-01-01", 20000, 20000, 0),
        ("2025-01-01", pytest.approx(50000, rel=0.02), pytest.approx(20000, rel=0.03), 0),
    ]


def test_a_column_of_categories_tells_how_many_a_customer_buys_from(build_features):
    rows = [
        (*line("1", "a", "2024-01-10", product_id="CUP"), "Kitchen"),
        (*line("1", "a", "2024-01-10", product_id="POT"), " Kitchen "),
        (*line("2", "a", "2024-02-10", product_id="LAMP"), "Light"),
        (*line("2", "a", "2024-02-10", product_id="BOX"), ""),
        (*line("3", "b", "2024-02-10", product_id="BOX"), None),
    ]

    built = build_features(rows, [*HEADERS, "Category"])

    assert built.query(
        "select product_id, product_category from order_lines where customer_id = 'a' order by 1"
    ) == [("BOX", None), ("CUP", "Kitchen"), ("LAMP", "Light"), ("POT", "Kitchen")]
    assert built.query(
        "select customer_id, distinct_category_count, distinct_product_count "
        "from int_customers__features where as_of_date = '2024-02-11' order by 1"
    ) == [("a", 2, 4), ("b", 0, 1)]


def test_too_few_customers_for_a_fit_are_neither_alive_nor_gone(build_features):
    lines = [line("1", "a", "2024-01-10"), line("2", "a", "2024-02-10")]
    built = build_features([*lines, line("3", "b", "2024-02-10")])

    assert built.query(
        "select distinct alive_probability, expected_orders_per_year, expected_order_value "
        "from int_customers__features"
    ) == [(None, None, None)]


def frame(built, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(built.folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).df()
