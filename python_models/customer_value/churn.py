"""The churn model: a logistic regression on a customer's features, relative to its own date.

A churned customer has no order within a horizon after a cut-off. The model learns from several
cut-offs whose windows had ended by the date of the fit. Each feature is standardised within its own
cut-off, so that what is learned still holds when all customers have grown older; the coefficients
come back in the units of the features, for the customers of the date of the fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from customer_value.scaling import standardise, unscale
from customer_value.threads import one_thread

# Fewer customers who left, or who stayed, say next to nothing about two dozen coefficients.
MIN_OF_EACH = 20
# Weight of the squared coefficients against the sum of the rows' losses.
PENALTY = 300.0
DIGITS = 14


@dataclass(frozen=True)
class Fit:
    """What came of a fit. Without one, `coefficients` is empty and `intercept` None."""

    status: str
    reason: str
    customer_count: int
    intercept: float | None = None
    coefficients: dict[str, float] = field(default_factory=dict)
    """In units of the features, for customers of the date of the fit."""
    standardised: dict[str, float] = field(default_factory=dict)
    """Per standard deviation of the feature."""
    threshold: float | None = None
    """Above this risk a customer is called churned: most were rightly, in the training windows."""


@one_thread
def fit(training: pd.DataFrame, scales: pd.DataFrame, as_of_date: pd.Timestamp) -> Fit:
    """Logistic regression of churn, with a ridge penalty.

    Parameters
    ----------
    training : pandas.DataFrame
        One row per cut-off and customer: ``cutoff_date``, ``customer_id``, ``actual_orders`` (order
        days within the horizon) and a column for each feature.
    scales : pandas.DataFrame
        One row per ``as_of_date`` and ``feature``: ``feature_mean``, ``feature_deviation``.
    as_of_date : pandas.Timestamp
        The date of the customers to score: the coefficients are in the units of their features.

    Returns
    -------
    Fit
        ``not_fitted``, with the reason, where too few customers left or stayed.

    Notes
    -----
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 4.4 and 3.4.1;
    solved by Newton's method (scikit-learn's ``newton-cholesky``). The penalty keeps what hardly
    differs from its neighbours, such as orders and repeat orders, from taking opposite signs.
    """
    training = training.sort_values(["cutoff_date", "customer_id"])
    churned = (training["actual_orders"] == 0).to_numpy()
    reason = too_thin(churned)
    if reason:
        return Fit("not_fitted", reason, len(training))
    features = list(scales.loc[scales["as_of_date"] == as_of_date, "feature"].sort_values())
    rows = standardise(training, scales, features)
    model = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-9, max_iter=200).fit(
        rows, churned
    )
    standardised = np.round(model.coef_[0], DIGITS)
    intercept, coefficients = unscale(
        model.intercept_[0], standardised, scales, features, as_of_date
    )
    return Fit(
        "ok",
        "",
        len(training),
        intercept,
        dict(zip(features, coefficients, strict=True)),
        dict(zip(features, standardised, strict=True)),
        best_threshold(model.predict_proba(rows)[:, 1], churned),
    )


def best_threshold(risk: np.ndarray, churned: np.ndarray) -> float:
    """The risk above which to call a customer churned, so that most calls are right.

    Parameters
    ----------
    risk : array of n
        Predicted probabilities of churn.
    churned : boolean array of n

    Returns
    -------
    float
        A multiple of .01; of equally good ones the nearest to one half.
    """
    candidates = np.round(np.arange(0.01, 1.0, 0.01), 2)
    right = [np.mean((risk > candidate) == churned) for candidate in candidates]
    order = np.lexsort((candidates, np.abs(candidates - 0.5), -np.round(right, 9)))
    return float(candidates[order[0]])


def frame(fits: Sequence[tuple[pd.Timestamp, int, Fit]]) -> pd.DataFrame:
    """The fits as a table, typed also when there is none.

    Parameters
    ----------
    fits : sequence of (as_of_date, horizon_days, fit)

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``horizon_days`` and ``feature`` (``intercept`` among them):
        ``coefficient`` (units of the feature), ``standardised_coefficient``, ``status``,
        ``reason``, ``customer_count``, ``threshold``. A fit that failed has one row, ``intercept``.
    """
    types = {
        "as_of_date": "datetime64[ns]",
        "horizon_days": "Int64",
        "feature": "string",
        "coefficient": "float64",
        "standardised_coefficient": "float64",
        "status": "string",
        "reason": "string",
        "customer_count": "Int64",
        "threshold": "float64",
    }
    rows = [
        (
            *(date, horizon, name, coefficient, standardised),
            *(fit.status, fit.reason, fit.customer_count, fit.threshold),
        )
        for date, horizon, fit in fits
        for name, coefficient, standardised in [
            ("intercept", fit.intercept, None),
            *((name, value, fit.standardised[name]) for name, value in fit.coefficients.items()),
        ]
    ]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def too_thin(churned: np.ndarray) -> str:
    """Why no model of churn can be fitted; empty if one can.

    Parameters
    ----------
    churned : boolean array of n
        Of each customer of the training windows.
    """
    left, stayed = int(churned.sum()), int((~churned).sum())
    if min(left, stayed) < MIN_OF_EACH:
        return (
            f"{left} customers of ended windows had no order, {stayed} had one; "
            f"{MIN_OF_EACH} of each are the fewest"
        )
    return ""
