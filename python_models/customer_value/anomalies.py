"""Where most customers lie, and how their features go together, whatever the unusual ones do.

The distance of a customer from there, in the units of that spread, says how unusual the combination
of features is. Mean and covariance would be drawn to the very customers that are to stand out; the
minimum covariance determinant takes both from the three quarters that lie closest together.

Sources: Rousseeuw and Van Driessen (1999), "A fast algorithm for the minimum covariance determinant
estimator", Technometrics 41(3); Hubert, Debruyne and Rousseeuw (2018), "Minimum covariance
determinant and extensions", WIREs Computational Statistics 10(3), for the share of three quarters.
"""

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.covariance import MinCovDet

from customer_value.threads import one_thread

MIN_CUSTOMERS = 50
# One feature alone has no unusual combinations.
MIN_FEATURES = 2
SUPPORT_SHARE = 0.75
# A feature of whose variance less than this is its own, beside the features before it, would let
# digits decide: distances grow with the inverse of it.
MIN_OWN_VARIANCE = 0.01
# The interquartile range of a normal distribution, in standard deviations.
NORMAL_QUARTILES = 1.3489795
# Digits beyond these come from the order of additions, not from the data.
DIGITS = 12


@dataclass(frozen=True)
class Fit:
    """Centre and spread of most customers, in the units of the features."""

    features: tuple[str, ...]
    """Those that are used, in their order; empty where there is no fit."""
    location: np.ndarray
    """The centre: one number a feature, shape (k,)."""
    precision: np.ndarray
    """The inverse of the covariance, shape (k, k)."""
    customer_count: int
    status: str
    """``ok`` or ``not_fitted``."""
    reason: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    """Why, by feature."""


@one_thread
def fit(customers: pd.DataFrame, features: tuple[str, ...]) -> Fit:
    """The minimum covariance determinant of customers' features.

    Parameters
    ----------
    customers : pandas.DataFrame
        One row per customer, in any order: ``customer_id`` and the features (logs, no unit).
    features : tuple of str
        The columns to use, the more important first: of features that say the same, the first
        stays.

    Returns
    -------
    Fit
        Without features, and with the reason, where customers are too few, or where fewer than two
        features tell them apart. A feature is left out where at least half of the customers are
        equal in it (its quartiles are the same), or where for most of them it follows from those
        before it (less than `MIN_OWN_VARIANCE` of its variance is its own). What remains has a
        covariance that can be inverted as it is, without a ridge.

    Raises
    ------
    KeyError
        If a column is missing.
    ValueError
        If a feature is not a finite number for some customer.
    """
    customers = customers.sort_values("customer_id")
    values = customers[list(features)].to_numpy(dtype=float)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise ValueError(
            f"{features[column]} of customer {customers['customer_id'].iloc[row]} is "
            f"{values[row, column]}: it must be a finite number"
        )
    count = len(values)
    if count < MIN_CUSTOMERS:
        return _none(count, f"{count} customers; {MIN_CUSTOMERS} are the fewest")

    quartiles = np.quantile(values, [0.25, 0.75], axis=0)
    scale = (quartiles[1] - quartiles[0]) / NORMAL_QUARTILES
    left_out = {
        name: "at least half of the customers are equal in it"
        for name, spread in zip(features, scale, strict=True)
        if spread < 1e-9
    }
    kept = [column for column, spread in enumerate(scale) if spread >= 1e-9]
    while len(kept) >= MIN_FEATURES:
        estimate = _estimate(values[:, kept])
        dependent = _dependent(estimate.covariance_, scale[kept])
        if dependent is None:
            break
        left_out[features[kept[dependent]]] = "it follows from the features before it"
        del kept[dependent]
    if len(kept) < MIN_FEATURES:
        found = f"{len(kept)} features tell customers apart; {MIN_FEATURES} are the fewest"
        return _none(count, found, left_out)
    return Fit(
        tuple(features[column] for column in kept),
        _rounded(estimate.location_),
        _rounded(estimate.get_precision()),
        count,
        "ok",
        left_out=left_out,
    )


def squared_distances(fitted: Fit, customers: pd.DataFrame) -> np.ndarray:
    """Squared robust Mahalanobis distance of each customer: what SQL reckons.

    Parameters
    ----------
    fitted : Fit
        With status ``ok``.
    customers : pandas.DataFrame
        One row per customer, with the features.

    Returns
    -------
    numpy.ndarray
        In the order of the rows. About chi-squared with one degree of freedom a feature, were
        features normal.
    """
    deviations = customers[list(fitted.features)].to_numpy(dtype=float) - fitted.location
    return ((deviations @ fitted.precision) * deviations).sum(axis=1)


def frame(
    as_of_date: pd.Timestamp | None, fitted: Fit | None, features: tuple[str, ...]
) -> pd.DataFrame:
    """One row per feature, typed also when there is none.

    Parameters
    ----------
    as_of_date : pandas.Timestamp or None
        The date of the customers; None, without a fit, where there is no date.
    fitted : Fit or None
    features : tuple of str
        All that were offered.

    Returns
    -------
    pandas.DataFrame
        ``as_of_date``, ``feature``, ``status`` (``ok``, ``left_out`` or ``not_fitted``),
        ``reason``, ``customer_count``, ``location``, and a column for each feature: the feature's
        row of the precision matrix. Numbers are missing for and beside a feature that is not used.
    """
    columns = [f"precision_{name}" for name in features]
    types = {
        "as_of_date": "datetime64[ns]",
        "feature": "string",
        "status": "string",
        "reason": "string",
        "customer_count": "Int64",
        "location": "float64",
        **dict.fromkeys(columns, "float64"),
    }
    rows = []
    for name in features if fitted else ():
        row = {"as_of_date": as_of_date, "feature": name, "customer_count": fitted.customer_count}
        if name in fitted.features:
            place = fitted.features.index(name)
            row |= {"status": "ok", "reason": "", "location": fitted.location[place]}
            row |= {
                f"precision_{other}": value
                for other, value in zip(fitted.features, fitted.precision[place], strict=True)
            }
        elif name in fitted.left_out:
            row |= {"status": "left_out", "reason": fitted.left_out[name]}
        if fitted.status != "ok":
            reasons = [fitted.reason, fitted.left_out.get(name, "")]
            row |= {"status": fitted.status, "reason": ": ".join(filter(None, reasons))}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _none(count: int, reason: str, left_out: dict[str, str] | None = None) -> Fit:
    return Fit((), np.empty(0), np.empty((0, 0)), count, "not_fitted", reason, left_out or {})


def _estimate(values: np.ndarray) -> MinCovDet:
    # It warns where most customers lie in a plane, which is looked at afterwards.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MinCovDet(support_fraction=SUPPORT_SHARE, random_state=0).fit(values)


def _dependent(covariance: np.ndarray, scale: np.ndarray) -> int | None:
    """The first feature of whose variance too little is its own beside those before it."""
    scaled = covariance / np.outer(scale, scale)
    for column in range(len(scaled)):
        before, shared = scaled[:column, :column], scaled[:column, column]
        variance = scaled[column, column]
        own = variance - shared @ np.linalg.solve(before, shared)
        # Written so that what is not a number is too little as well.
        if not own >= MIN_OWN_VARIANCE * max(variance, 1.0):
            return column
    return None


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"))(values)
