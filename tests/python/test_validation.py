"""The tests of segment_validation against scipy's own, from the raw outcomes of customers."""

import numpy as np
import pandas as pd
import pytest
from customer_value import validation
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, kruskal, rankdata


def summary(groups: np.ndarray, amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Counts, rank sums and ties, as SQL hands them over."""
    ranks = rankdata(amounts)
    names = np.unique(groups)
    ties = np.unique(amounts, return_counts=True)[1].astype(float)
    return (
        np.array([(groups == name).sum() for name in names], dtype=float),
        np.array([ranks[groups == name].sum() for name in names]),
        float((ties**3 - ties).sum()),
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=5, max_size=60))
def test_the_rank_test_is_that_of_kruskal_and_wallis(customers):
    groups, amounts = np.array(customers).T
    result = validation.rank_test(*summary(groups, amounts))
    if len(np.unique(groups)) < 2 or len(np.unique(amounts)) < 2:
        assert result["reason"] in ("one group only", "all customers are alike")
        return
    expected = kruskal(*(amounts[groups == name] for name in np.unique(groups)))
    assert result["statistic"] == pytest.approx(expected.statistic, abs=1e-9)
    assert result["p_value"] == pytest.approx(expected.pvalue, abs=1e-9)
    assert 0 <= result["effect_size"] <= 1


def test_churn_by_group_is_pearsons_test_with_cramers_v():
    customers, churned = np.array([100.0, 300.0, 50.0]), np.array([20.0, 150.0, 45.0])
    result = validation.churn_test(customers, churned)
    table = np.array([churned, customers - churned])
    expected = chi2_contingency(table, correction=False)
    assert result["p_value"] == pytest.approx(expected.pvalue)
    assert result["effect_size"] == pytest.approx(np.sqrt(expected.statistic / 450))
    assert validation.churn_test(np.array([10.0, 10.0]), np.array([0.0, 10.0]))[
        "effect_size"
    ] == pytest.approx(1)


@pytest.mark.parametrize(
    ("customers", "churned", "reason"),
    [
        ([10.0], [5.0], "one group only"),
        ([10.0, 5.0], [10.0, 5.0], "all customers churned"),
        ([10.0, 5.0], [0.0, 0.0], "nobody churned"),
    ],
)
def test_where_there_is_nothing_to_test_the_reason_says_so(customers, churned, reason):
    assert validation.churn_test(np.array(customers), np.array(churned)) == {"reason": reason}


def test_groups_that_say_nothing_are_called_different_as_often_as_chance_has_it():
    generator = np.random.default_rng(5)
    p_values = []
    for _ in range(400):
        groups, amounts = generator.integers(0, 4, 200), generator.poisson(2, 200)
        p_values.append(validation.rank_test(*summary(groups, amounts))["p_value"])
    # 5 % of 400 within four standard errors
    assert 0.006 < np.mean(np.array(p_values) < 0.05) < 0.094


def test_the_table_is_typed_without_rows_and_does_not_depend_on_their_order():
    columns = ["cutoff_date", "horizon_days", "grouping_name", "group_name", "customer_count"]
    columns += ["churned_count", "order_rank_sum", "revenue_rank_sum", "order_ties", "revenue_ties"]
    rows = [
        (pd.Timestamp("2011-06-01"), 90, "segment", "lost", 4, 3, 12.0, 12.0, 24.0, 24.0),
        (pd.Timestamp("2011-06-01"), 90, "segment", "champions", 3, 1, 16.0, 16.0, 24.0, 24.0),
        (pd.Timestamp("2011-06-01"), 90, "cluster", "promising", 7, 4, 28.0, 28.0, 24.0, 24.0),
    ]
    table = validation.frame(pd.DataFrame(rows, columns=columns))
    again = validation.frame(pd.DataFrame(rows[::-1], columns=columns))
    pd.testing.assert_frame_equal(table, again)
    assert len(table) == 6
    assert set(table.loc[table["grouping_name"] == "cluster", "reason"]) == {"one group only"}
    empty = validation.frame(pd.DataFrame(columns=columns))
    assert empty.empty
    assert (empty.dtypes == table.dtypes).all()
