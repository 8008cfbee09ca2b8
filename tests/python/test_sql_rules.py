"""The SQL of single models against an independent reckoning, on data that hypothesis thinks up."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = datetime(2024, 1, 1)

# Few customers, products, times and quantities: collisions are what is interesting.
order_lines = st.lists(
    st.tuples(
        st.sampled_from(["a", "a", "a", "b", None]),
        st.sampled_from(["cup", "cup", None]),
        st.integers(0, 6),
        st.sampled_from([3, -1, 2, -2, 1, -3]),
    ),
    min_size=4,
    max_size=14,
)


def match_returns_one_by_one(lines: list[tuple]) -> set[tuple[str, str]]:
    """The rule as a shop assistant would follow it, return after return."""
    remaining = {line_id: quantity for line_id, _, _, _, quantity in lines if quantity > 0}
    matches = set()
    returns = sorted((line for line in lines if line[4] < 0), key=lambda line: (line[3], line[0]))
    for return_id, customer, product, returned_at, quantity in returns:
        candidates = [
            (sold_at, sale_id)
            for sale_id, buyer, bought, sold_at, _ in lines
            if remaining.get(sale_id, 0) >= -quantity
            and customer is not None
            and (buyer, bought) == (customer, product)
            and sold_at <= returned_at
        ]
        if candidates:
            _, sale_id = max(candidates)
            remaining[sale_id] += quantity
            matches.add((return_id, sale_id))
    return matches


@pytest.fixture(scope="module")
def matching_sql(sample_build) -> str:
    return sample_build.compiled("int_returns__matched")


@given(rows=order_lines)
@settings(max_examples=300, deadline=None)
def test_returns_are_matched_as_one_by_one(matching_sql, rows):
    lines = [
        (f"line{number:02}", customer, product, DAY + timedelta(hours=hour), quantity)
        for number, (customer, product, hour, quantity) in enumerate(rows)
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table stg_order_lines (order_line_id varchar, customer_id varchar, "
            "product_id varchar, ordered_at timestamp, quantity decimal(18, 4), "
            "order_id varchar as (order_line_id), line_kind varchar "
            "as (case when quantity < 0 then 'return' else 'sale' end))"
        )
        for row in lines:
            connection.execute("insert into stg_order_lines values (?, ?, ?, ?, ?)", row)
        matched = connection.execute(
            f"select return_line_id, sale_line_id from ({matching_sql})"
        ).fetchall()

    assert len(matched) == len(set(matched))
    assert set(matched) == match_returns_one_by_one(lines)


@pytest.fixture(scope="module")
def scoring_sql(sample_build) -> tuple[str, str]:
    return (
        sample_build.compiled("int_rfm_edges"),
        sample_build.compiled("int_customers__rfm_scored"),
    )


customers = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.integers(1, 6),
        st.decimals(-50, 500, places=2),
    ),
    min_size=1,
    max_size=40,
)


@given(rows=customers)
@settings(max_examples=100, deadline=None)
def test_scores_are_the_fifths_and_ties_stay_together(scoring_sql, rows):
    edges_sql, scored_sql = scoring_sql
    with duckdb.connect() as connection:
        connection.execute("create table int_as_of_dates as select date '2024-06-01' as as_of_date")
        connection.execute(
            "create table int_customers__rfm (as_of_date date, customer_id varchar, "
            "recency_days integer, order_count integer, net_revenue decimal(18, 4), "
            "order_day_count integer)"
        )
        for number, row in enumerate(rows):
            connection.execute(
                "insert into int_customers__rfm values (?, ?, ?, ?, ?, 1)",
                (date(2024, 6, 1), f"c{number}", *row),
            )
        connection.execute(f"create table int_rfm_edges as {edges_sql}")
        scored = connection.execute(
            "select recency_days, order_count, net_revenue, r_score, f_score, m_score "
            f"from ({scored_sql})"
        ).fetchall()

    for metric, sign in [(0, -1), (1, 1), (2, 1)]:
        values = sorted(sign * Decimal(row[metric]) for row in scored)
        # The inverted empirical distribution, in whole numbers: rank ceil(k n / 5).
        edges = [values[-(-k * len(values) // 5) - 1] for k in (1, 2, 3, 4)]
        for row in scored:
            passed = sum(sign * Decimal(row[metric]) > edge for edge in edges)
            assert row[metric + 3] == 1 + passed
        scores = np.array([[sign * row[metric], row[metric + 3]] for row in scored], dtype=float)
        in_order = scores[np.lexsort(scores.T[::-1])]
        assert (np.diff(in_order[:, 1]) >= 0).all()
