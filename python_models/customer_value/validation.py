"""Do groups of customers separate what happened afterwards? Tests and effect sizes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2, chi2_contingency
from scipy.stats.contingency import association

DIGITS = 9


def churn_test(customer_count: np.ndarray, churned_count: np.ndarray) -> dict:
    """Pearson's chi-square test of churn by group, and Cramer's V.

    Parameters
    ----------
    customer_count, churned_count : arrays of whole numbers, one entry a group

    Returns
    -------
    dict
        ``statistic``, ``degrees_of_freedom``, ``p_value``, ``effect_size`` (0: groups churn alike;
        1: a group churns as a whole or not at all); without these, a ``reason``.

    Notes
    -----
    Cramer (1946), Mathematical Methods of Statistics, 21.9. No continuity correction.
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
    """Kruskal and Wallis's test of an amount by group, and epsilon squared.

    Parameters
    ----------
    customer_count : array of whole numbers, one entry a group
    rank_sum : array
        Sum of the ranks of each group's customers among all; equal amounts share their mean rank.
    ties : float
        Sum of t**3 - t over the numbers t of customers with equal amounts.

    Returns
    -------
    dict
        ``statistic`` (corrected for ties), ``degrees_of_freedom``, ``p_value``, ``effect_size``
        (0: groups are alike; 1: each group lies apart); without these, a ``reason``.

    Notes
    -----
    Kruskal and Wallis (1952), JASA 47, eq. 1.1 and 1.3; epsilon squared as in Tomczak and Tomczak
    (2014), "The need to report effect size estimates revisited", Trends in Sport Sciences 21.
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
    """All tests as a table, typed also when there is none.

    Parameters
    ----------
    groups : pandas.DataFrame
        One row per ``cutoff_date``, ``horizon_days``, ``grouping_name`` and ``group_name``:
        ``customer_count``, ``churned_count``, ``order_rank_sum``, ``revenue_rank_sum``,
        ``order_ties``, ``revenue_ties``.

    Returns
    -------
    pandas.DataFrame
        One row per ``cutoff_date``, ``horizon_days``, ``grouping_name`` and ``outcome`` (churn,
        orders, revenue): ``test``, ``group_count``, ``customer_count``, ``statistic``,
        ``degrees_of_freedom``, ``p_value``, ``effect``, ``effect_size``, ``reason`` (empty where
        the test could be made).
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
