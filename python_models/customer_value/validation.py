"""Tests whether groups of customers differ in their later outcomes, with effect sizes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2, chi2_contingency
from scipy.stats.contingency import association

DIGITS = 9


def churn_test(customer_count: np.ndarray, churned_count: np.ndarray) -> dict:
    """Test churn by group with Pearson's chi-square test, and compute Cramer's V.

    Parameters
    ----------
    customer_count, churned_count : numpy.ndarray of shape (groups,)
        Customers and churned customers per group (whole numbers).

    Returns
    -------
    dict
        ``statistic``, ``degrees_of_freedom``, ``p_value``, ``effect_size`` (0 if all groups have
        the same churn rate, 1 if each group churns completely or not at all). If no test is
        possible, ``reason`` only.

    Notes
    -----
    Cramer (1946), Mathematical Methods of Statistics, 21.9. No continuity correction.

    Examples
    --------
    >>> result = churn_test(np.array([100, 100]), np.array([20, 60]))
    >>> round(float(result["statistic"]), 2), round(float(result["effect_size"]), 3)
    (33.33, 0.408)
    >>> churn_test(np.array([100, 100]), np.array([0, 0]))
    {'reason': 'nobody churned'}
    """
    table = np.array([churned_count, customer_count - churned_count], dtype=float)
    if table.shape[1] < 2:
        return {"reason": "one group only"}
    if (table.sum(axis=1) == 0).any():
        return {"reason": "all customers churned" if table[1].sum() == 0 else "nobody churned"}
    result = chi2_contingency(table, correction=False)
    return {
        "statistic": result.statistic,
        "degrees_of_freedom": result.dof,
        "p_value": result.pvalue,
        "effect_size": association(table.astype(int), method="cramer"),
    }


def rank_test(customer_count: np.ndarray, rank_sum: np.ndarray, ties: float) -> dict:
    """Test an amount by group with the Kruskal-Wallis test, and compute epsilon squared.

    Parameters
    ----------
    customer_count : numpy.ndarray of shape (groups,)
        Customers per group (whole numbers).
    rank_sum : numpy.ndarray of shape (groups,)
        Sum of the ranks of the group's customers among all customers; equal amounts share their
        mean rank.
    ties : float
        Sum of t**3 - t over the sets of customers with equal amounts, where t is the size of a set.

    Returns
    -------
    dict
        ``statistic`` (corrected for ties), ``degrees_of_freedom``, ``p_value``, ``effect_size``
        (0 if the groups do not differ, 1 if the group determines the rank). If no test is possible,
        ``reason`` only.

    Notes
    -----
    Kruskal and Wallis (1952), JASA 47, eq. 1.1 and 1.3; epsilon squared as in Tomczak and Tomczak
    (2014), "The need to report effect size estimates revisited", Trends in Sport Sciences 21.

    Examples
    --------
    >>> result = rank_test(np.array([3, 3]), np.array([6.0, 15.0]), ties=0.0)
    >>> round(result["statistic"], 3), round(result["p_value"], 3), round(result["effect_size"], 3)
    (3.857, 0.05, 0.771)
    """
    n = float(customer_count.sum())
    if len(customer_count) < 2:
        return {"reason": "one group only"}
    correction = 1 - ties / (n**3 - n)
    if correction <= 0:
        return {"reason": "all customers are alike"}
    statistic = 12 / (n * (n + 1)) * float((rank_sum**2 / customer_count).sum()) - 3 * (n + 1)
    statistic = max(statistic / correction, 0.0)
    freedom = len(customer_count) - 1
    return {
        "statistic": statistic,
        "degrees_of_freedom": freedom,
        "p_value": float(chi2.sf(statistic, freedom)),
        "effect_size": min(statistic / (n - 1), 1.0),
    }


def frame(groups: pd.DataFrame) -> pd.DataFrame:
    """Run all tests and return a table, with typed columns also when there are no groups.

    Parameters
    ----------
    groups : pandas.DataFrame
        One row per ``cutoff_date``, ``horizon_days``, ``grouping_name`` and ``group_name``:
        ``customer_count``, ``churned_count``, ``order_rank_sum``, ``revenue_rank_sum``,
        ``order_ties``, ``revenue_ties``, as in `churn_test` and `rank_test`.

    Returns
    -------
    pandas.DataFrame
        One row per ``cutoff_date``, ``horizon_days``, ``grouping_name`` and ``outcome`` (churn,
        orders, revenue): ``test``, ``group_count``, ``customer_count``, ``statistic``,
        ``degrees_of_freedom``, ``p_value``, ``effect``, ``effect_size``, ``reason`` (empty where
        the test was possible).

    Examples
    --------
    >>> groups = pd.DataFrame(
    ...     {
    ...         "cutoff_date": [pd.Timestamp("2024-01-01")] * 2,
    ...         "horizon_days": [90, 90],
    ...         "grouping_name": ["segment", "segment"],
    ...         "group_name": ["loyal", "lost"],
    ...         "customer_count": [100, 100],
    ...         "churned_count": [20, 60],
    ...         "order_rank_sum": [11_500.0, 8_600.0],
    ...         "revenue_rank_sum": [11_800.0, 8_300.0],
    ...         "order_ties": [500_000, 500_000],
    ...         "revenue_ties": [500_000, 500_000],
    ...     }
    ... )
    >>> frame(groups)[["outcome", "test", "effect_size"]].round(3)
       outcome            test  effect_size
    0    churn      chi_square        0.408
    1   orders  kruskal_wallis        0.067
    2  revenue  kruskal_wallis        0.098
    """
    types = {
        "cutoff_date": "datetime64[ns]",
        "horizon_days": "Int64",
        "grouping_name": "string",
        "outcome": "string",
        "test": "string",
        "group_count": "Int64",
        "customer_count": "Int64",
        "statistic": "float64",
        "degrees_of_freedom": "Int64",
        "p_value": "float64",
        "effect": "string",
        "effect_size": "float64",
        "reason": "string",
    }
    keys = ["cutoff_date", "horizon_days", "grouping_name"]
    rows = []
    for key, group in groups.sort_values([*keys, "group_name"]).groupby(keys):
        for outcome, test, effect, result in _tests(group):
            rows.append(
                dict(zip(keys, key, strict=True))
                | {"outcome": outcome, "test": test, "effect": effect, "reason": ""}
                | {"group_count": len(group), "customer_count": group["customer_count"].sum()}
                | result
            )
    table = pd.DataFrame(rows, columns=list(types)).astype(types)
    return table.round(dict.fromkeys(("statistic", "effect_size"), DIGITS))


def _tests(group: pd.DataFrame) -> Sequence[tuple[str, str, str, dict]]:
    counts = group["customer_count"].to_numpy(dtype=float)
    churn = churn_test(counts, group["churned_count"].to_numpy(dtype=float))
    return [
        ("churn", "chi_square", "cramers_v", churn),
        *(
            (
                f"{name}s" if name == "order" else name,
                "kruskal_wallis",
                "epsilon_squared",
                rank_test(
                    counts,
                    group[f"{name}_rank_sum"].to_numpy(dtype=float),
                    float(group[f"{name}_ties"].iloc[0]),
                ),
            )
            for name in ("order", "revenue")
        ),
    ]
