"""Builds on what no one hopes for. Data tests may warn but must not fail."""

import pytest
from conftest import line, run_build, write_lines

MARTS_OF_CUSTOMERS = ["customers", "customer_segment_history", "orders", "order_lines", "products"]


def test_an_input_without_lines_fails_and_says_so(tmp_path):
    path = tmp_path / "lines.csv"
    write_lines(path, [])

    built = run_build(tmp_path / "build", path, "--select", "+stg_order_lines")

    assert not built.succeeded
    assert "The order lines hold no line but the header" in built.output


def test_one_line_makes_one_customer_with_the_lowest_scores(build):
    built = build(
        [line("1", "7", "2024-01-10 09:00:00", quantity=2, price="2.50")], with_data_tests=True
    )

    assert built.query(
        "select customer_id, order_count, net_revenue::double, recency_days, r_score, f_score, "
        "m_score, as_of_date::varchar from customers"
    ) == [("7", 1, 5.0, 1, 1, 1, 1, "2024-01-11")]
    assert {built.row_counts()[mart] for mart in MARTS_OF_CUSTOMERS} == {1}


def test_a_build_without_a_sale_fails_with_the_reason_and_examples(tmp_path):
    path = tmp_path / "lines.csv"
    lines = [line(str(n), "7", f"{n}/13/2024") for n in range(1, 5)]
    write_lines(path, [*lines, line("5", "7", "2024-01-10", quantity="two")])

    built = run_build(tmp_path / "build", path, "--select", "+stg_order_lines")

    output = " ".join(built.output.split())
    assert not built.succeeded
    assert (
        "None of the 5 order lines is a sale. Most of them, 4, are unparseable_ordered_at" in output
    )
    assert "'1/13/2024', '2/13/2024', '3/13/2024'" in output
    assert "Set ordered_at_format" in output
    assert "Others are unparseable_quantity: 1" in output


def test_one_customer_with_a_thousand_orders_a_day(build):
    built = build(
        [
            line(f"{day}-{order}", "7", f"2024-01-{day:02} 09:{order % 60:02}:00", price=order + 1)
            for day in (1, 2)
            for order in range(1000)
        ]
    )

    assert built.query(
        "select order_count, order_day_count, net_revenue::double from customers"
    ) == [(2000, 2, 2 * 1000 * 1001 / 2)]


def test_customers_with_one_order_each_are_scored_by_what_tells_them_apart(build):
    built = build([line(str(n), f"c{n}", f"2024-01-{n:02}", price=n) for n in range(1, 11)])

    assert built.query("select distinct f_score from customers") == [(1,)]
    assert built.query(
        "select r_score, m_score, count(*) from customers group by all order by all"
    ) == [(score, score, 2) for score in (1, 2, 3, 4, 5)]


def test_a_thousand_equal_customers_get_equal_scores(build):
    lines = [line(f"e{n}", f"equal{n}", "2024-01-15", price=50) for n in range(1000)]
    lines += [
        line(f"o{n}-{k}", f"other{n}", f"2024-01-{1 + n % 28:02}", price=n + k)
        for n in range(300)
        for k in range(1 + n % 4)
    ]
    built = build(lines)

    assert (
        built.value(
            "select count(distinct (r_score, f_score, m_score, segment)) from customers "
            "where customer_id like 'equal%'"
        )
        == 1
    )
    # Whatever the data, customers who are equal in a metric are equal in its score.
    for metric, score in [
        ("recency_days", "r_score"),
        ("order_count", "f_score"),
        ("net_revenue", "m_score"),
    ]:
        assert (
            built.query(
                f"select as_of_date, {metric} from customer_segment_history "
                f"group by 1, 2 having count(distinct {score}) > 1"
            )
            == []
        )


def test_eighty_percent_one_time_buyers_are_no_trouble(build):
    lines = [line(f"once{n}", f"once{n}", f"2024-01-{1 + n % 28:02}") for n in range(80)]
    lines += [
        line(f"often{n}-{k}", f"often{n}", f"2024-02-{1 + k:02}")
        for n in range(20)
        for k in range(2 + n)
    ]
    built = build(lines)

    shares = dict(
        built.query(
            "select score_value, customer_share from rfm_score_shares "
            "where score = 'f_score' and as_of_date = (select max(as_of_date) from customers)"
        )
    )
    assert shares[1] == 0.8
    assert sum(shares.values()) == pytest.approx(1)
    assert built.value("select min(f_score) from customers where order_count > 1") > 1


def test_refunds_larger_than_sales_leave_a_marked_customer(build):
    built = build(
        [
            line("1", "7", "2024-01-10", quantity=2, price=10),
            line("C2", "7", "2024-01-12", quantity=-9, price=10),
            line("3", "8", "2024-01-15"),
        ],
        with_data_tests=True,
    )

    assert built.query(
        "select order_count, net_revenue::double, has_positive_revenue from customers "
        "where customer_id = '7'"
    ) == [(1, -70.0, False)]
    assert built.line_count("unmatched_returns") == 1
    assert built.line_count("customers_without_positive_revenue") == 1


def test_names_in_any_script_and_with_any_sign_come_through(build):
    names = ["Ærlig 'ost'", 'say "hi", please', "東京 ☕", "a;b\tc", "line\nbreak", "=1+1"]
    built = build(
        [
            (f"n{n}", f"P{n}", name, 1, "2024-01-10", 5, f"kunde {name}", name)
            for n, name in enumerate(names)
        ]
    )

    assert {name for (name,) in built.query("select product_name from products")} == set(names)
    assert {name for (name,) in built.query("select country from customers")} == set(names)


def test_lines_that_say_the_same_are_counted_once_or_as_often_as_they_stand(build):
    lines = [line("1", "7", "2024-01-10"), line("2", "7", "2024-01-11")] + [
        line("1", "7", "2024-01-10")
    ] * 2
    once = build(lines, name="once")
    each = build(lines, name="each", variables={"duplicate_lines": "keep"})

    assert once.line_count("duplicate") == 2
    assert once.value("select net_revenue::double from customers") == 20
    assert each.line_count("duplicate") == 0
    assert each.value("select net_revenue::double from customers") == 40


@pytest.mark.parametrize("date", ["2099-01-05", "2025-01-20"])
def test_one_wrong_date_ahead_fails_the_build_until_as_of_date_is_set(build, tmp_path, date):
    lines = [line(str(n), f"c{n}", f"2024-01-{n:02}") for n in range(1, 29)]
    lines.append(line("typo", "c1", date))
    path = tmp_path / "typo.csv"
    write_lines(path, lines)

    failed = run_build(tmp_path / "failed", path, with_data_tests=True)
    assert not failed.succeeded
    assert "FAIL 1 newest_order_day_does_not_stand_apart" in failed.output

    built = build(path, with_data_tests=True, variables={"as_of_date": "2024-02-01"})
    assert built.line_count("from_the_future") == 1
    assert built.value("select max(as_of_date)::varchar from customers") == "2024-02-01"


def test_customers_who_returned_all_have_the_lowest_scores_whatever_money_is_left(build):
    lines = [line(str(n), f"c{n}", f"2024-01-{n:02}", price=n) for n in range(1, 11)]
    lines += [
        line("big", "returned", "2024-01-05", quantity=60, price="649.50"),
        line("C1", "returned", "2024-01-06", quantity=-60, price="4.95"),
    ]
    built = build(lines)

    assert built.query(
        "select order_count, net_revenue::double, average_order_value, r_score, f_score, m_score "
        "from customers where customer_id = 'returned'"
    ) == [(0, 38673.0, None, 1, 1, 1)]
