"""A past date is scored as it would have been scored then."""

import csv

import pytest
from conftest import SAMPLE


@pytest.mark.parametrize("as_of_date", ["2023-09-01", "2024-03-01", "2024-11-01"])
def test_scores_at_a_past_date_equal_those_from_data_that_end_there(
    sample_build, build, tmp_path, as_of_date
):
    with SAMPLE.open(encoding="utf-8", newline="") as whole:
        header, *rows = csv.reader(whole)
    earlier = [row for row in rows if not row[4] >= as_of_date]
    assert len(earlier) < len(rows)
    truncated = tmp_path / "truncated.csv"
    with truncated.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *earlier])

    tables = ["int_customers__segmented", "int_rfm_edges", "int_customers__purchase_summary"]
    tables += ["fit_season", "int_value_patterns"]
    needed = [f"+{table}" for table in [*tables, "fit_clv"]]

    cut_off = build(truncated, "--select", *needed, variables={"as_of_date": as_of_date})

    def then(table):
        return f"select * from {table} where as_of_date = '{as_of_date}' order by all"

    assert len(sample_build.query(then("int_customers__segmented"))) > 100
    for table in tables:
        assert cut_off.query(then(table)) == sample_build.query(then(table)), table
    # How far ahead the clock runs does not depend on the data; how large a sample is, on the kind
    # of date.
    fits = (
        "select model, clock, round(r, 5), round(alpha, 4), round(p, 5), status from fit_clv "
        f"where as_of_date = '{as_of_date}' order by all"
    )
    assert cut_off.query(fits) == sample_build.query(fits)


def test_a_backtest_knows_what_was_known_at_its_cutoff(sample_build, build, tmp_path):
    """Of predictions and of what baselines learn from; what came is told apart."""
    cutoff_date = "2024-07-05"
    with SAMPLE.open(encoding="utf-8", newline="") as whole:
        header, *rows = csv.reader(whole)
    changed = [row for row in rows if not row[4] >= cutoff_date]
    # What happens later is another story: sales are of 70 units each, and nobody sends things back.
    later = [row for row in rows if row[4] >= cutoff_date and row[3].isdigit()]
    changed += [[*row[:3], "70", *row[4:]] for row in later]
    path = tmp_path / "changed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *changed])

    other = build(path, "--select", "+int_backtest__predictions")

    known = (
        "select horizon_days, customer_id, repeat_count, repeat_revenue, recency_days, "
        "last_period_orders, last_period_revenue, recency_days_before_last_period "
        f"from int_backtest__customers where cutoff_date = '{cutoff_date}' order by all"
    )
    foreseen = (
        "select horizon_days, customer_id, model, expected_orders, expected_revenue, churn_risk "
        f"from int_backtest__predictions where cutoff_date = '{cutoff_date}' order by all"
    )
    assert len(sample_build.query(known)) > 100
    assert other.query(known) == sample_build.query(known)
    assert other.query(foreseen) == sample_build.query(foreseen)


def test_a_return_after_the_date_has_not_happened_yet(build):
    lines = [
        ("1", "A", "A thing", 1, "2024-01-10", 10, "kept", None),
        ("2", "A", "A thing", 1, "2024-01-20", 10, "returned", None),
        ("C3", "A", "A thing", -1, "2024-02-15", 10, "returned", None),
        ("4", "A", "A thing", 1, "2024-03-01", 10, "kept", None),
    ]
    built = build(
        list(lines), "--select", "+customer_segment_history", variables={"history_months": 3}
    )

    assert built.query(
        "select as_of_date::varchar, order_count, net_revenue::double, last_order_date::varchar "
        "from customer_segment_history where customer_id = 'returned' order by 1"
    ) == [
        ("2024-02-01", 1, 10, "2024-01-20"),
        ("2024-03-01", 0, 0, None),
        ("2024-03-02", 0, 0, None),
    ]
