"""A robust estimate of center and covariance of customer features, for the anomaly score.

A customer's Mahalanobis distance from the center measures how unusual the combination of features
is. The customers to be found would distort the ordinary mean and covariance. The minimum covariance
determinant estimates both from the three quarters of customers that lie closest together.

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
# A single feature has no combinations that could be unusual.
MIN_FEATURES = 2
SUPPORT_SHARE = 0.75
# The smallest share of a feature's variance that the features before it must leave unexplained.
# Distances grow with its inverse, so that below it rounding errors would decide.
MIN_OWN_VARIANCE = 0.01
# The interquartile range of a normal distribution, in standard deviations.
NORMAL_QUARTILES = 1.3489795
# Significant digits; further ones depend on the order of additions, not on the data.
DIGITS = 12


@dataclass(frozen=True)
class Fit:
    """Center and inverse covariance of most customers' features.

    Attributes
    ----------
    features : tuple of str
        The k features that the fit uses, in the order of the input; empty without a fit.
    location : numpy.ndarray of shape (k,)
        The center, in the units of the features.
    precision : numpy.ndarray of shape (k, k)
        The inverse of the covariance matrix.
    customer_count : int
        Customers in the sample.
    status : str
        ``ok`` or ``not_fitted``.
    reason : str
        Why the status is not ``ok``; empty where it is.
    left_out : dict of str to str
        Each feature that the fit dropped, with the reason.
    """

    features: tuple[str, ...]
    location: np.ndarray
    precision: np.ndarray
    customer_count: int
    status: str
    reason: str = ""
    left_out: dict[str, str] = field(default_factory=dict)


@one_thread
def fit(customers: pd.DataFrame, features: tuple[str, ...]) -> Fit:
    """Estimate center and covariance of features by the minimum covariance determinant.

    Parameters
    ----------
    customers : pandas.DataFrame
        One row per customer, in any order: ``customer_id`` and the features (logs, no unit).
    features : tuple of str
        The columns to use, the most important first: of redundant features, the first is kept.

    Returns
    -------
    Fit
        ``not_fitted``, with the reason, for fewer than `MIN_CUSTOMERS` customers or fewer than two
        usable features. A feature is dropped if its quartiles are equal, or if the features before
        it leave less than `MIN_OWN_VARIANCE` of its variance unexplained. The covariance of the
        kept features is invertible without a ridge.

    Raises
    ------
    KeyError
        If a column is missing.
    ValueError
        If a feature is not a finite number for some customer.

    Notes
    -----
    Rousseeuw and Van Driessen (1999), by scikit-learn's ``MinCovDet`` with a support of three
    quarters of the customers.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(200, 2))
    >>> customers = pd.DataFrame(draws, columns=["log_orders", "log_revenue"])
    >>> customers["customer_id"] = [f"c{row}" for row in range(200)]
    >>> fitted = fit(customers, ("log_orders", "log_revenue"))
    >>> fitted.status, fitted.location.shape, fitted.precision.shape
    ('ok', (2,), (2, 2))
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
    """Compute each customer's squared robust Mahalanobis distance, as SQL does.

    Parameters
    ----------
    fitted : Fit
        A fit with status ``ok``.
    customers : pandas.DataFrame
        One row per customer (n rows), with the k features of the fit.

    Returns
    -------
    numpy.ndarray of shape (n,)
        In the order of the rows. If the features were normal, they would be about chi-squared with
        k degrees of freedom.

    Raises
    ------
    KeyError
        If a feature of the fit is missing.

    Examples
    --------
    >>> fitted = Fit(("log_orders", "log_revenue"), np.zeros(2), np.eye(2), 200, "ok")
    >>> customers = pd.DataFrame({"log_orders": [0.0, 3.0], "log_revenue": [1.0, 4.0]})
    >>> squared_distances(fitted, customers)
    array([ 1., 25.])
    """
    deviations = customers[list(fitted.features)].to_numpy(dtype=float) - fitted.location
    return ((deviations @ fitted.precision) * deviations).sum(axis=1)


def frame(
    as_of_date: pd.Timestamp | None, fitted: Fit | None, features: tuple[str, ...]
) -> pd.DataFrame:
    """Convert a fit into a table with one row per feature.

    Parameters
    ----------
    as_of_date : pandas.Timestamp or None
        The date of the customers; None without a fit.
    fitted : Fit or None
        None for an empty table with typed columns.
    features : tuple of str
        All features that were passed to `fit`.

    Returns
    -------
    pandas.DataFrame
        ``as_of_date``, ``feature``, ``status`` (``ok``, ``left_out`` or ``not_fitted``),
        ``reason``, ``customer_count``, ``location`` (unit of the feature), and
        ``precision_<feature>`` per feature: the row's element of the precision matrix. Numbers of a
        dropped feature, in its row and in its column, are null.

    Examples
    --------
    >>> fitted = Fit(("a", "b"), np.array([1.0, 2.0]), np.eye(2), 200, "ok", left_out={"c": "why"})
    >>> table = frame(pd.Timestamp("2024-01-01"), fitted, ("a", "b", "c"))
    >>> table[["feature", "status", "location", "precision_a"]]
      feature    status  location  precision_a
    0       a        ok       1.0          1.0
    1       b        ok       2.0          0.0
    2       c  left_out       NaN          NaN
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
    # MinCovDet warns about a nearly singular covariance, which `_dependent` checks afterwards.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MinCovDet(support_fraction=SUPPORT_SHARE, random_state=0).fit(values)


def _dependent(covariance: np.ndarray, scale: np.ndarray) -> int | None:
    """Find the first feature whose variance the features before it explain almost completely.

    Variances are in units of the squared robust scale. One below 1 is compared as if it were 1.
    """
    scaled = covariance / np.outer(scale, scale)
    for column in range(len(scaled)):
        before, shared = scaled[:column, :column], scaled[:column, column]
        variance = scaled[column, column]
        own = variance - shared @ np.linalg.solve(before, shared)
        # `not own >=`, because own can be NaN, which counts as too little.
        if not own >= MIN_OWN_VARIANCE * max(variance, 1.0):
            return column
    return None


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"))(values)
