"""Predicts a customer's value tier of the next period by multinomial logistic regression.

Like the churn model, it is fitted on cut-offs whose windows had ended, with features that are
standardised within their own cut-off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from customer_value.churn import PENALTY
from customer_value.scaling import standardise, unscale
from customer_value.threads import one_thread

TIERS = ("bronze", "silver", "gold", "platinum")
MIN_CUSTOMERS_PER_TIER = 20
FOLDS = 5
DIGITS = 14


@dataclass(frozen=True)
class Fit:
    """The result of a value tier fit.

    Attributes
    ----------
    status : str
        ``ok`` or ``not_fitted``.
    reason : str
        Why the status is not ``ok``; empty where it is.
    customer_count : int
        Training rows: a customer counts once per training cut-off.
    coefficients : dict of (tier, feature) to float
        Score of the tier per unit of the feature; the feature ``intercept`` is the constant. The
        tier with the highest score is predicted. Empty without a fit.
    """

    status: str
    reason: str
    customer_count: int
    coefficients: dict[tuple[str, str], float] = field(default_factory=dict)


def logistic() -> LogisticRegression:
    """Create the multinomial logistic regression, not fitted yet.

    Returns
    -------
    sklearn.linear_model.LogisticRegression
        With the ridge penalty of the churn model (`churn.PENALTY`).

    Examples
    --------
    >>> logistic().solver
    'newton-cholesky'
    """
    return LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-9, max_iter=200)


def forest() -> RandomForestClassifier:
    """Create the challenger, a random forest, not fitted yet.

    Returns
    -------
    sklearn.ensemble.RandomForestClassifier

    Notes
    -----
    Breiman (2001), Random Forests, Machine Learning 45.

    Examples
    --------
    >>> forest().n_estimators
    50
    """
    return RandomForestClassifier(50, min_samples_leaf=20, max_samples=0.5, random_state=0)


@one_thread
def fit(
    training: pd.DataFrame,
    scales: pd.DataFrame,
    as_of_date: pd.Timestamp,
) -> Fit:
    """Fit a multinomial logistic regression of the tier, with a ridge penalty.

    Parameters
    ----------
    training : pandas.DataFrame
        One row per cut-off and customer: ``cutoff_date``, ``customer_id``, ``actual_tier`` (of the
        revenue within the horizon) and one column per feature.
    scales : pandas.DataFrame
        One row per ``as_of_date`` and ``feature``: ``feature_mean``, ``feature_deviation``.
    as_of_date : pandas.Timestamp
        The date of the customers to score: the coefficients are in the units of their features.

    Returns
    -------
    Fit
        ``not_fitted``, with the reason, if fewer than two tiers have enough customers.

    Raises
    ------
    KeyError
        If a column is missing, or a feature has no scale at a training cut-off.

    Notes
    -----
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 4.4. A tier
    without customers in the training windows is never predicted: if few customers buy within a
    window, all buyers are in the highest tiers, and the other customers are bronze.
    """
    training = training.sort_values(["cutoff_date", "customer_id"])
    tier = training["actual_tier"].to_numpy(dtype=str)
    reason = too_thin(training)
    if reason:
        return Fit("not_fitted", reason, len(training))
    features = list(scales.loc[scales["as_of_date"] == as_of_date, "feature"].sort_values())
    rows = standardise(training, scales, features)
    model = logistic().fit(rows, tier)
    intercepts, weights = model.intercept_, model.coef_
    if len(model.classes_) == 2:
        # With two classes, scikit-learn returns only the second, relative to the first.
        intercepts = np.append(0.0, intercepts)
        weights = np.vstack([np.zeros(len(features)), weights])
    coefficients = {}
    for name, constant, row in zip(model.classes_, intercepts, weights, strict=True):
        intercept, values = unscale(constant, np.round(row, DIGITS), scales, features, as_of_date)
        coefficients |= {(str(name), "intercept"): intercept}
        coefficients |= {
            (str(name), feature): value for feature, value in zip(features, values, strict=True)
        }
    return Fit("ok", "", len(training), coefficients)


@one_thread
def cross_validate(
    training: pd.DataFrame, scales: pd.DataFrame, as_of_date: pd.Timestamp
) -> dict[str, float]:
    """Compute the accuracy of both classifiers by five-fold cross-validation.

    All rows of a customer are in one fold. Otherwise a fold's answers would leak through the
    customer's rows of other cut-offs.

    Parameters
    ----------
    training, scales, as_of_date
        As in `fit`.

    Returns
    -------
    dict of str to float
        Share of correctly predicted tiers of the training rows, by classifier:
        ``multinomial_logistic`` and ``random_forest``. Empty if `too_thin` gives a reason.

    Raises
    ------
    KeyError
        If a column is missing, or a feature has no scale at a training cut-off.
    """
    training = training.sort_values(["cutoff_date", "customer_id"])
    if too_thin(training):
        return {}
    tier = training["actual_tier"].to_numpy(dtype=str)
    features = list(scales.loc[scales["as_of_date"] == as_of_date, "feature"].sort_values())
    rows = standardise(training, scales, features)
    accuracies = {}
    for name, classifier in (("multinomial_logistic", logistic()), ("random_forest", forest())):
        predicted = cross_val_predict(
            classifier, rows, tier, groups=training["customer_id"], cv=GroupKFold(FOLDS)
        )
        accuracies[name] = round(accuracy_score(tier, predicted), 9)
    return accuracies


def too_thin(training: pd.DataFrame) -> str:
    """Give the reason why no classifier can be fitted on the rows.

    Parameters
    ----------
    training : pandas.DataFrame
        ``customer_id`` and ``actual_tier`` of the training windows. A customer counts once per
        tier, even in several windows.

    Returns
    -------
    str
        The reason; empty if two tiers have at least `MIN_CUSTOMERS_PER_TIER` customers.

    Examples
    --------
    >>> training = pd.DataFrame({"customer_id": range(30), "actual_tier": ["bronze"] * 30})
    >>> too_thin(training).split(";")[0]
    'customers of ended windows were 30 bronze, 0 silver, 0 gold, 0 platinum'
    """
    customers = training.drop_duplicates(["customer_id", "actual_tier"])["actual_tier"]
    counts = {name: int((customers == name).sum()) for name in TIERS}
    sizes = [f"{count} {name}" for name, count in counts.items()]
    if sum(count >= MIN_CUSTOMERS_PER_TIER for count in counts.values()) >= 2:
        return ""
    return (
        f"customers of ended windows were {', '.join(sizes)}; "
        f"two tiers of at least {MIN_CUSTOMERS_PER_TIER} are needed"
    )


def frame(fits: Sequence[tuple[pd.Timestamp, int, Fit]]) -> pd.DataFrame:
    """Convert fits into a table, with typed columns also when there are none.

    Parameters
    ----------
    fits : sequence of (as_of_date, horizon_days, fit)
        Each fit as `fit` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``horizon_days``, ``value_tier`` and ``feature`` (including
        ``intercept``): ``coefficient`` (score per unit of the feature), and the fit's ``status``,
        ``reason`` and ``customer_count``. A failed fit has one row, without a tier.

    Examples
    --------
    >>> fitted = Fit("ok", "", 500, {("gold", "intercept"): -1.5, ("gold", "log_orders"): 0.4})
    >>> table = frame([(pd.Timestamp("2024-01-01"), 90, fitted)])
    >>> table[["value_tier", "feature", "coefficient"]]
      value_tier     feature  coefficient
    0       gold   intercept         -1.5
    1       gold  log_orders          0.4
    """
    types = {
        "as_of_date": "datetime64[ns]",
        "horizon_days": "Int64",
        "value_tier": "string",
        "feature": "string",
        "coefficient": "float64",
        "status": "string",
        "reason": "string",
        "customer_count": "Int64",
    }
    rows = [
        (date, horizon, tier, feature, coefficient, fit.status, fit.reason, fit.customer_count)
        for date, horizon, fit in fits
        for (tier, feature), coefficient in (
            fit.coefficients or {(None, "intercept"): None}
        ).items()
    ]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def accuracy_frame(
    accuracies: Sequence[tuple[pd.Timestamp, int, int, dict[str, float]]],
) -> pd.DataFrame:
    """Convert accuracies into a table, with typed columns also when there are none.

    Parameters
    ----------
    accuracies : sequence of (as_of_date, horizon_days, customer_count, accuracy by classifier)
        The last one as `cross_validate` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``horizon_days`` and ``model``: ``customer_count`` (training
        rows) and ``accuracy`` (share, 0 to 1).

    Examples
    --------
    >>> by_model = {"multinomial_logistic": 0.71, "random_forest": 0.70}
    >>> table = accuracy_frame([(pd.Timestamp("2024-01-01"), 90, 500, by_model)])
    >>> table[["model", "customer_count", "accuracy"]]
                      model  customer_count  accuracy
    0  multinomial_logistic             500      0.71
    1         random_forest             500      0.70
    """
    types = {
        "as_of_date": "datetime64[ns]",
        "horizon_days": "Int64",
        "model": "string",
        "customer_count": "Int64",
        "accuracy": "float64",
    }
    rows = [
        (date, horizon, model, customer_count, accuracy)
        for date, horizon, customer_count, by_model in accuracies
        for model, accuracy in by_model.items()
    ]
    return pd.DataFrame(rows, columns=list(types)).astype(types)
