"""Which value tier a customer will have in the next period: a multinomial logistic regression.

It learns as the churn model does: from cut-offs whose windows had ended, with features relative to
the customers of their own cut-off.
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
    """What came of a fit. Without one, `coefficients` is empty."""

    status: str
    reason: str
    customer_count: int
    coefficients: dict[tuple[str, str], float] = field(default_factory=dict)
    """By tier and feature, ``intercept`` among them, in units of the features."""


def logistic() -> LogisticRegression:
    """The multinomial model, not fitted yet."""
    return LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-9, max_iter=200)


def forest() -> RandomForestClassifier:
    """The challenger, not fitted yet: Breiman (2001), Random Forests, Machine Learning 45."""
    return RandomForestClassifier(50, min_samples_leaf=20, max_samples=0.5, random_state=0)


@one_thread
def fit(
    training: pd.DataFrame,
    scales: pd.DataFrame,
    as_of_date: pd.Timestamp,
) -> Fit:
    """Multinomial logistic regression of the tier, with a ridge penalty.

    Parameters
    ----------
    training : pandas.DataFrame
        One row per cut-off and customer: ``cutoff_date``, ``customer_id``, ``actual_tier`` (of the
        revenue within the horizon) and a column for each feature.
    scales : pandas.DataFrame
        One row per ``as_of_date`` and ``feature``: ``feature_mean``, ``feature_deviation``.
    as_of_date : pandas.Timestamp
        The date of the customers to score.

    Returns
    -------
    Fit
        ``not_fitted``, with the reason, where not even two tiers have customers enough.

    Notes
    -----
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 4.4. A tier that
    nobody had in the training windows is never foreseen: where few buy in a window, buyers are all
    among the best, and the rest are bronze.
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
        # Of two, scikit-learn tells the second relative to the first.
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
    """Accuracy of both classifiers inside the training windows, by five-fold cross-validation.

    All rows of a customer are in one fold, or another cut-off's row would tell a fold the answer.

    Parameters
    ----------
    training, scales, as_of_date
        As for `fit`.

    Returns
    -------
    dict
        The share of right tiers by classifier: ``multinomial_logistic`` and ``random_forest``.
        Empty where the training windows are too thin for a fit.
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
    """Why no classifier can be fitted on these rows; empty if one can.

    Parameters
    ----------
    training : pandas.DataFrame
        ``customer_id`` and ``actual_tier`` of the training windows. A customer counts once for a
        tier, in however many windows.
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
    """The fits as a table, typed also when there is none.

    Parameters
    ----------
    fits : sequence of (as_of_date, horizon_days, fit)

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``horizon_days``, ``value_tier`` and ``feature`` (``intercept``
        among them): ``coefficient``, and of the fit ``status``, ``reason``, ``customer_count``. A
        fit that failed has one row, without a tier.
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
    """The accuracies of `cross_validate` as a table, typed also when there is none.

    Parameters
    ----------
    accuracies : sequence of (as_of_date, horizon_days, customer_count, result of `cross_validate`)

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``horizon_days`` and ``model``: ``customer_count`` (training
        rows) and ``accuracy``.
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
