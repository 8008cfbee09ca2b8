"""Whole builds where customer lifetime value can hardly be told, or not at all."""

import csv
import math
import random
from datetime import date, timedelta

from conftest import SAMPLE, Build, line

COLUMNS = ["expected_orders", "expected_revenue", "clv", "clv_lower", "clv_upper", "p_alive"]
COLUMNS += ["churn_risk", "expected_order_value"]


def assert_values_are_null_or_finite(built: Build) -> None:
    for table in ["customers", "int_customers__clv"]:
        for row in built.query(f"select {', '.join(COLUMNS)} from {table}"):
            assert all(value is None or math.isfinite(value) for value in row), row


def fits(built: Build) -> dict[str, tuple[str, str]]:
    """Status and reason of each model at the current date, by the calendar's clock."""
    return {
        model: (status, reason)
        for model, status, reason in built.query(
            "select model, status, reason from clv_parameters "
            "where clock = 'calendar' "
            "and as_of_date = (select max(as_of_date) from clv_parameters)"
        )
    }


def test_a_handful_of_one_time_buyers_have_no_value_and_the_build_says_why(build):
    built = build(
        [line(str(n), f"c{n}", f"2024-01-{n:02}", price=n) for n in range(1, 8)],
        with_data_tests=True,
    )

    found = fits(built)
    assert set(found) == {"bg_nbd", "mbg_nbd", "gamma_gamma"}
    for status, reason in found.values():
        assert status == "not_fitted"
        assert "for some value: 0;" in reason
    assert built.query(
        "select count(*), count(clv), count(p_alive), count(churn_risk) from customers"
    ) == [(7, 0, 0, 0)]
    assert built.value("select count(*) from clv_model_selection where is_selected") == 0


def test_one_customer_of_many_orders_has_no_value_and_the_build_says_why(build):
    days = [date(2024, 1, 1) + timedelta(days=9 * n) for n in range(60)]
    built = build([line(str(n), "7", f"{day}") for n, day in enumerate(days)])

    for status, reason in fits(built).values():
        assert status == "not_fitted"
        assert "for some value: 1;" in reason
    assert built.query("select count(*), count(clv) from customers") == [(1, 0)]
    assert_values_are_null_or_finite(built)


def test_customers_who_all_spend_alike_and_some_of_yesterday_have_values_or_a_reason(build):
    """No value differs, some ages are 0, and the as-of date is earlier than the last lines."""
    rng = random.Random(5)
    lines = []
    for n in range(60):
        first = date(2023, 1, 1) + timedelta(days=rng.randrange(200))
        gap = rng.randrange(5, 90)
        for k in range(rng.choice([1, 1, 2, 3, 5, 9])):
            day = first + timedelta(days=gap * k)
            lines.append(line(f"{n}-{k}", f"c{n}", f"{day}", price=25))
    lines += [line(f"y{n}", f"yesterday{n}", "2023-12-31", price=25) for n in range(5)]
    lines += [line(f"l{n}", f"later{n}", "2024-02-01", price=25) for n in range(5)]
    built = build(lines, with_data_tests=True, variables={"as_of_date": "2024-01-01"})

    found = fits(built)
    for model in ["bg_nbd", "mbg_nbd"]:
        assert found[model][0] in {"ok", "at_bound"}, found
    for status, reason in found.values():
        assert (status == "ok") == (reason == "")
    assert built.value("select count(*) from customers where customer_id like 'later%'") == 0
    assert_values_are_null_or_finite(built)
    assert built.value("select count(*) from customers where p_alive is null") == 0
    # Whoever came yesterday is as likely to come back as the next.
    assert (
        built.value(
            "select count(distinct (expected_orders, churn_risk, clv)) from customers "
            "where customer_id like 'yesterday%'"
        )
        == 1
    )


def test_over_no_time_nothing_is_worth_anything(build):
    built = build(
        SAMPLE,
        variables={
            "clv_horizon_days": 0,
            "churn_horizon_days": 30,
            "backtest_horizon_days": [30],
            "backtest_cutoffs": 1,
        },
        with_data_tests=True,
    )

    assert built.query("select max(clv), max(clv_upper) from customers") == [(0, 0)]
    assert built.value("select min(churn_risk) from int_customers__clv where horizon_days = 0") == 1


def test_money_may_be_counted_in_billions(build, tmp_path):
    """A currency of which a cup of coffee costs 25,000, and more: squares of sums are large."""
    path = tmp_path / "rupiah.csv"
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    price = header.index("Price")
    for row in rows:
        if row[price].replace(".", "").isdigit():
            row[price] = f"{float(row[price]) * 10_000_000:.2f}"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])

    built = build(path)

    assert built.value("select max(clv) from customers") > 1e9
    assert built.value("select count(*) from model_metrics where is_selected and metric = 'r2'") > 0


def test_a_shop_that_opened_yesterday_has_customers_without_a_value(build):
    built = build(
        [line(str(n), f"c{n % 300}", "2024-01-31 10:00:00", price=1 + n % 7) for n in range(400)]
    )

    for status, reason in fits(built).values():
        assert status == "not_fitted"
        assert "for some value: 0;" in reason
    assert built.query("select count(*), count(clv) from customers") == [(300, 0)]
    assert_values_are_null_or_finite(built)
