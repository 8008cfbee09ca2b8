"""Challenger models: predictions by other methods from the same rows as the published models.

They show whether the published models could predict better. They are fitted on training windows
that had ended by a cut-off, and predict the outcomes after it. SQL cannot score trees as a linear
form, so that they score in Python, and only the customers of back-tests.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor

from customer_value import churn, value_tiers
from customer_value.scaling import standardise
from customer_value.threads import one_thread


@one_thread
def predict(
    training: pd.DataFrame,
    customers: pd.DataFrame,
    scales: pd.DataFrame,
    has_forests: bool = True,
) -> pd.DataFrame:
    """Predict churn by gradient-boosted trees, and revenue and value tier by random forests.

    Parameters
    ----------
    training : pandas.DataFrame
        One row per cut-off and customer: ``cutoff_date``, ``customer_id``, ``actual_orders`` (order
        days within the horizon), ``actual_revenue`` (money), ``actual_tier`` and one column per
        feature.
    customers : pandas.DataFrame
        One row per customer to score: ``cutoff_date``, ``customer_id`` and the features.
    scales : pandas.DataFrame
        One row per ``as_of_date`` and ``feature``: ``feature_mean``, ``feature_deviation``.
    has_forests : bool
        Whether to fit the random forests too, which take most of the time.

    Returns
    -------
    pandas.DataFrame
        One row per customer to score, sorted by ``customer_id``: ``cutoff_date``, ``customer_id``,
        ``churn_risk`` (probability), ``expected_revenue`` (money), ``value_tier``. All three are
        null where `churn.too_thin` gives a reason. Revenue and tier are null without forests, the
        tier also where `value_tiers.too_thin` gives a reason.

    Raises
    ------
    KeyError
        If a column is missing, or a feature has no scale at a cut-off.

    Notes
    -----
    Friedman (2001), Greedy function approximation, Annals of Statistics 29(5); Breiman (2001),
    Random forests, Machine Learning 45. The trees are few and small, because customers of one date
    are similar.
    """
    training = training.sort_values(["cutoff_date", "customer_id"])
    customers = customers.sort_values("customer_id")
    features = sorted(set(scales["feature"]))
    result = customers[["cutoff_date", "customer_id"]].reset_index(drop=True)
    result = result.assign(churn_risk=np.nan, expected_revenue=np.nan, value_tier=pd.NA)
    churned = (training["actual_orders"] == 0).to_numpy()
    if churn.too_thin(churned) or result.empty:
        return result
    rows = standardise(training, scales, features)
    to_score = standardise(customers, scales, features)

    boosted = HistGradientBoostingClassifier(
        max_iter=150,
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=50,
        l2_regularization=10,
        early_stopping=False,
        random_state=0,
    ).fit(rows, churned)
    result["churn_risk"] = np.round(boosted.predict_proba(to_score)[:, 1], 9)

    if not has_forests:
        return result
    regressor = RandomForestRegressor(
        60, min_samples_leaf=5, max_features=1 / 3, max_samples=0.5, random_state=0
    ).fit(rows, training["actual_revenue"].to_numpy(dtype=float))
    result["expected_revenue"] = np.round(regressor.predict(to_score), 6)

    tier = training["actual_tier"].to_numpy(dtype=str)
    if not value_tiers.too_thin(training):
        result["value_tier"] = value_tiers.forest().fit(rows, tier).predict(to_score)
    return result


def frame(predictions: Sequence[tuple[int, pd.DataFrame]]) -> pd.DataFrame:
    """Combine predictions into one table, with typed columns also when there are none.

    Parameters
    ----------
    predictions : sequence of (horizon_days, table)
        Each table as `predict` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per ``cutoff_date``, ``horizon_days`` and ``customer_id``: ``churn_risk``
        (probability), ``expected_revenue`` (money), ``value_tier``.

    Examples
    --------
    >>> predicted = pd.DataFrame(
    ...     {
    ...         "cutoff_date": [pd.Timestamp("2024-01-01")],
    ...         "customer_id": ["c1"],
    ...         "churn_risk": [0.25],
    ...         "expected_revenue": [40.0],
    ...         "value_tier": ["silver"],
    ...     }
    ... )
    >>> frame([(90, predicted)]).drop(columns="cutoff_date")
       horizon_days customer_id  churn_risk  expected_revenue value_tier
    0            90          c1        0.25              40.0     silver
    """
    types = {
        "cutoff_date": "datetime64[ns]",
        "horizon_days": "Int64",
        "customer_id": "string",
        "churn_risk": "float64",
        "expected_revenue": "float64",
        "value_tier": "string",
    }
    tables = [table.assign(horizon_days=horizon) for horizon, table in predictions]
    if not tables:
        return pd.DataFrame(columns=list(types)).astype(types)
    return pd.concat([table[list(types)].astype(types) for table in tables], ignore_index=True)
