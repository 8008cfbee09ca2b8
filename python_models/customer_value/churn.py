"""The churn model: a logistic regression on features that are standardised by their own date.

A churned customer has no order within a horizon after a cut-off. The model is fitted on several
cut-offs whose windows had ended by the date of the fit. Each feature is standardised within its own
cut-off, so that the model still holds when all customers are older. The coefficients are returned
in the units of the features, for the customers of the date of the fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from customer_value.scaling import standardise, unscale
from customer_value.threads import one_thread

# Churned customers and active ones, each: fewer do not determine two dozen coefficients.
MIN_OF_EACH = 20
# Weight of half the squared coefficients, relative to the sum of the rows' losses.
PENALTY = 300.0
DIGITS = 14


@dataclass(frozen=True)
class Fit:
    """The result of a churn fit.

    Attributes
    ----------
    status : str
        ``ok`` or ``not_fitted``.
    reason : str
        Why the status is not ``ok``; empty where it is.
    customer_count : int
        Training rows: a customer counts once per training cut-off.
    intercept : float or None
        Log-odds of churn where all features are 0. None without a fit.
    coefficients : dict of str to float
        Log-odds per unit of each feature, for customers of the date of the fit. Empty without a
        fit.
    standardised : dict of str to float
        Log-odds per standard deviation of each feature.
    threshold : float or None
        A customer with a higher risk is predicted to churn. This threshold gives the highest
        accuracy in the training windows.
    """

    status: str
    reason: str
    customer_count: int
    intercept: float | None = None
    coefficients: dict[str, float] = field(default_factory=dict)
    standardised: dict[str, float] = field(default_factory=dict)
    threshold: float | None = None


@one_thread
def fit(training: pd.DataFrame, scales: pd.DataFrame, as_of_date: pd.Timestamp) -> Fit:
    """Fit a logistic regression of churn, with a ridge penalty.

    Parameters
    ----------
    training : pandas.DataFrame
        One row per cut-off and customer: ``cutoff_date``, ``customer_id``, ``actual_orders`` (order
        days within the horizon) and one column per feature.
    scales : pandas.DataFrame
        One row per ``as_of_date`` and ``feature``: ``feature_mean``, ``feature_deviation``.
    as_of_date : pandas.Timestamp
        The date of the customers to score: the coefficients are in the units of their features.

    Returns
    -------
    Fit
        ``not_fitted``, with the reason, where too few customers churned or too few did not.

    Raises
    ------
    KeyError
        If a column is missing, or a feature has no scale at a training cut-off.

    Notes
    -----
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 4.4 and 3.4.1;
    solved by Newton's method (scikit-learn's ``newton-cholesky``). Without the penalty, strongly
    correlated features, such as orders and repeat orders, would get coefficients of opposite signs.
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
    """Find the risk threshold with the highest accuracy.

    Parameters
    ----------
    risk : numpy.ndarray of shape (n,)
        Predicted probabilities of churn.
    churned : boolean numpy.ndarray of shape (n,)
        Whether each customer churned.

    Returns
    -------
    float
        A multiple of .01 from .01 to .99. Of thresholds with equal accuracy, the one nearest to .5.

    Examples
    --------
    >>> best_threshold(np.array([0.1, 0.6, 0.7, 0.9]), np.array([False, False, True, True]))
    0.6
    """
    candidates = np.round(np.arange(0.01, 1.0, 0.01), 2)
    right = [np.mean((risk > candidate) == churned) for candidate in candidates]
    order = np.lexsort((candidates, np.abs(candidates - 0.5), -np.round(right, 9)))
    return float(candidates[order[0]])


def frame(fits: Sequence[tuple[pd.Timestamp, int, Fit]]) -> pd.DataFrame:
    """Convert fits into a table, with typed columns also when there are none.

    Parameters
    ----------
    fits : sequence of (as_of_date, horizon_days, fit)
        Each fit as `fit` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``horizon_days`` and ``feature`` (including ``intercept``):
        ``coefficient`` (log-odds per unit of the feature), ``standardised_coefficient``,
        ``status``, ``reason``, ``customer_count``, ``threshold``. A failed fit has one row, with
        the feature ``intercept``.

    Examples
    --------
    >>> fitted = Fit("ok", "", 500, -0.5, {"log_orders": -1.2}, {"log_orders": -0.8}, 0.55)
    >>> table = frame([(pd.Timestamp("2024-01-01"), 90, fitted)])
    >>> table[["feature", "coefficient", "standardised_coefficient", "threshold"]]
          feature  coefficient  standardised_coefficient  threshold
    0   intercept         -0.5                       NaN       0.55
    1  log_orders         -1.2                      -0.8       0.55
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
    """Give the reason why no churn model can be fitted.

    Parameters
    ----------
    churned : boolean numpy.ndarray of shape (n,)
        Whether each customer of the training windows churned.

    Returns
    -------
    str
        The reason; empty if a model can be fitted.

    Examples
    --------
    >>> too_thin(np.array([True] * 5 + [False] * 40))
    '5 customers of ended windows had no order, 40 had one; 20 of each are the fewest'
    """
    left, stayed = int(churned.sum()), int((~churned).sum())
    if min(left, stayed) < MIN_OF_EACH:
        return (
            f"{left} customers of ended windows had no order, {stayed} had one; "
            f"{MIN_OF_EACH} of each are the fewest"
        )
    return ""
