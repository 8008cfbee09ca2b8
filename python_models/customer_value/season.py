"""Estimates the season of orders and of their value from cohorts by calendar month.

The purchase models assume constant order rates. In operational time, in which a month with many
orders is longer, the rates are constant again: the models are fitted and predict in it
(int_clv_clock).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_value.threads import one_thread

# A season needs each month of the year, and some of them twice to separate it from a trend.
MIN_MONTHS = 15
# Repeat orders of those months; with fewer, the estimated season would be noise.
MIN_ORDERS = 500
# Ridge penalties: before data, the log of an effect has a standard deviation of 1 / sqrt(this).
ORDER_PRECISION = 30.0
VALUE_PRECISION = 100.0
COHORT_PRECISION = 1.0
# Variance of the ratio of an order's value to its customer's mean value.
VALUE_VARIANCE = 2.0
# Decimal places. Further ones depend on the order of additions and on the engine; the data
# determine two or three.
FACTOR_DIGITS = 6
DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True)
class Season:
    """Seasonal factors of orders and of their value.

    Attributes
    ----------
    order_intensity : numpy.ndarray of shape (12,)
        Repeat order days per calendar day, relative to the mean of the year, January first. All 1
        if no season could be estimated.
    value_index : numpy.ndarray of shape (12,)
        Value per order, relative to what the same customers usually spend, January first. All 1 if
        no season could be estimated.
    status : str
        ``ok`` or ``not_fitted``.
    reason : str
        Why the status is not ``ok``; empty where it is.
    """

    order_intensity: np.ndarray
    value_index: np.ndarray
    status: str
    reason: str


@one_thread
def fit(cohorts: pd.DataFrame) -> Season:
    """Estimate the season from the repeat orders of complete months.

    Parameters
    ----------
    cohorts : pandas.DataFrame
        One row per ``first_order_month`` and later ``order_month`` (dates), also for months without
        orders: ``customer_count`` of the cohort, and, of its order days in that month,
        ``order_day_count``, ``net_revenue`` (money) and ``usual_revenue`` (money): the sum over the
        order days of the customer's mean revenue per earlier order day.

    Returns
    -------
    Season
        With status ``not_fitted`` and factors of 1 if there are fewer than `MIN_MONTHS` months or
        `MIN_ORDERS` order days.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    Orders: a Poisson regression of the counts on the cohort, its age (the age and its log) and the
    month of the year, with customers times days as exposure. Cohorts differ in quality, above all
    the first one, which includes the customers from before the data begin. Age captures dropout.
    With less than two years of data, both would otherwise look like a season. The effects of
    cohorts and months are shrunk to 0 (ridge), the more so the more the counts vary beyond Poisson.

    Value: a weighted regression of the log of ``net_revenue / usual_revenue`` on a trend and the
    month, shrunk in the same way. It compares customers with themselves, so that a month with other
    customers than usual does not look like a month of higher values.

    Examples
    --------
    >>> months = pd.date_range("2023-01-01", periods=3, freq="MS")
    >>> cohorts = pd.DataFrame(
    ...     {
    ...         "first_order_month": months[:1].repeat(2),
    ...         "order_month": months[1:],
    ...         "order_day_count": [10, 12],
    ...     }
    ... )
    >>> fit(cohorts).reason
    '2 complete months with repeat orders; 15 are the fewest'
    """
    cohorts = cohorts.sort_values(["first_order_month", "order_month"])
    months = cohorts["order_month"].nunique()
    orders = int(cohorts["order_day_count"].sum())
    if months < MIN_MONTHS:
        return _none(f"{months} complete months with repeat orders; {MIN_MONTHS} are the fewest")
    if orders < MIN_ORDERS:
        return _none(f"{orders} repeat orders in complete months; {MIN_ORDERS} are the fewest")
    intensity = np.exp(_order_effects(cohorts))
    value = np.exp(_value_effects(cohorts))
    return Season(
        intensity / np.average(intensity, weights=DAYS),
        # Weighted by orders, the mean over a year is 1: the factors change no level.
        value / np.average(value, weights=DAYS * intensity),
        "ok",
        "",
    )


def frame(seasons: list[tuple[pd.Timestamp, Season]]) -> pd.DataFrame:
    """Convert seasons into a table of twelve rows per as-of date, with typed columns.

    Parameters
    ----------
    seasons : list of (as_of_date, season)
        Each season as `fit` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date`` and ``month_number`` (1 is January): ``order_intensity``,
        ``value_index``, ``status``, ``reason``. Both factors are rounded to `FACTOR_DIGITS` decimal
        places.

    Examples
    --------
    >>> season = Season(np.ones(12), np.ones(12), "not_fitted", "too few months")
    >>> table = frame([(pd.Timestamp("2024-01-01"), season)])
    >>> table.loc[:1, ["month_number", "order_intensity", "value_index", "status"]]
       month_number  order_intensity  value_index      status
    0             1              1.0          1.0  not_fitted
    1             2              1.0          1.0  not_fitted
    """
    types = {
        "as_of_date": "datetime64[ns]",
        "month_number": "Int64",
        "order_intensity": "float64",
        "value_index": "float64",
        "status": "string",
        "reason": "string",
    }
    rows = [
        (
            *(date, month + 1, season.order_intensity[month], season.value_index[month]),
            *(season.status, season.reason),
        )
        for date, season in seasons
        for month in range(12)
    ]
    table = pd.DataFrame(rows, columns=list(types)).astype(types)
    return table.round({"order_intensity": FACTOR_DIGITS, "value_index": FACTOR_DIGITS})


def _none(reason: str) -> Season:
    return Season(np.ones(12), np.ones(12), "not_fitted", reason)


def _month_of_year(dates: pd.Series) -> np.ndarray:
    return np.eye(12)[dates.dt.month.to_numpy() - 1]


def _order_effects(cohorts: pd.DataFrame) -> np.ndarray:
    """Estimate the logs of the months' effects by penalised Poisson regression (Newton)."""
    first, month = cohorts["first_order_month"], cohorts["order_month"]
    names, cohort = np.unique(first, return_inverse=True)
    age = (month.dt.year - first.dt.year) * 12.0 + month.dt.month - first.dt.month
    trend = np.column_stack([np.ones(len(cohorts)), np.log(age), age / 12])
    design = np.hstack([trend, _month_of_year(month), np.eye(len(names))[cohort]])
    penalty = np.diag([1e-6, 1e-2, 1e-2] + [ORDER_PRECISION] * 12 + [COHORT_PRECISION] * len(names))
    counts = cohorts["order_day_count"].to_numpy(dtype=float)
    exposure = cohorts["customer_count"].to_numpy(dtype=float) * month.dt.days_in_month.to_numpy()

    effects = np.zeros(design.shape[1])
    effects[0] = np.log(counts.sum() / exposure.sum())
    dispersion = 1.0
    for _ in range(200):
        expected = exposure * np.exp(design @ effects)
        slope = design.T @ (counts - expected) / dispersion - penalty @ effects
        curvature = (design * expected[:, None]).T @ design / dispersion + penalty
        step = np.clip(np.linalg.solve(curvature, slope), -1, 1)
        effects = effects + step
        spare = max(1, len(counts) - design.shape[1])
        dispersion = max(1.0, float(((counts - expected) ** 2 / expected).sum() / spare))
        if np.max(np.abs(step)) < 1e-12:
            break
    return effects[3:15]


def _value_effects(cohorts: pd.DataFrame) -> np.ndarray:
    """Estimate the logs of the months' effects on the value of an order."""
    columns = ["order_day_count", "net_revenue", "usual_revenue"]
    months = cohorts.groupby("order_month", as_index=False)[columns].sum()
    months = months[(months["net_revenue"] > 0) & (months["usual_revenue"] > 0)]
    month = months["order_month"]
    years = ((month - month.min()).dt.days / 365).to_numpy()
    design = np.column_stack([np.ones(len(months)), years, _month_of_year(month)])
    penalty = np.diag([1e-6, 1e-3] + [VALUE_PRECISION] * 12)
    weight = months["order_day_count"].to_numpy(dtype=float) / VALUE_VARIANCE
    ratio = np.log(months["net_revenue"] / months["usual_revenue"]).to_numpy()
    normal = (design * weight[:, None]).T @ design + penalty
    return np.linalg.solve(normal, design.T @ (weight * ratio))[2:]
