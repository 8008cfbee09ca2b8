"""The season of orders and of their value, estimated from cohorts by calendar month.

Purchase models know no calendar. In operational time, where a busy month is longer, a season is
stationary again: the models are fitted and predict in it (int_clv_clock).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_value.threads import one_thread

# A season wants every month of a year, and some of them twice to tell it from a trend.
MIN_MONTHS = 15
# Repeat orders of those months; fewer give a season of chance.
MIN_ORDERS = 500
# How far a month is from the others before data: standard deviations of logs, as 1 / sqrt.
ORDER_PRECISION = 30.0
VALUE_PRECISION = 100.0
COHORT_PRECISION = 1.0
# The variance of one order's value around what its customer spends, relative to that, squared.
VALUE_VARIANCE = 2.0
# Digits beyond these come from the order of additions and from an engine's last places, not from
# the data, which says two or three.
FACTOR_DIGITS = 6
DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True)
class Season:
    """Two numbers for each month of a year, January first; all 1 where none could be estimated."""

    order_intensity: np.ndarray
    """Orders a day, relative to the year's mean."""
    value_index: np.ndarray
    """The value of an order, relative to what its customer otherwise spends."""
    status: str
    reason: str


@one_thread
def fit(cohorts: pd.DataFrame) -> Season:
    """The season that repeat orders of complete months show.

    Parameters
    ----------
    cohorts : pandas.DataFrame
        One row per ``first_order_month`` and later ``order_month`` (dates), also where nobody
        ordered, with ``customer_count`` of the cohort, and of its order days in that month
        ``order_day_count``, ``net_revenue`` and ``usual_revenue``: the sum of what the same
        customers had spent on the mean earlier order day (money).

    Returns
    -------
    Season
        ``status`` is ``ok`` or ``not_fitted``; then every month counts alike.

    Notes
    -----
    Orders: a Poisson regression of the counts on the cohort, its age (the log of it and itself) and
    the month of the year, with the customers and days as exposure. Cohorts differ in quality, the
    first most of all, which holds those who were customers before the data begin; age takes out
    that customers leave. Both would pass for a season where less than two years are known. The
    effects of cohorts and months are shrunk to 0 (ridge), the more so the more the counts vary
    beyond Poisson.

    Value: a weighted regression of the log of ``net_revenue / usual_revenue`` on a trend and the
    month, shrunk alike. It compares customers with themselves, so that it does not take who orders
    in a month for what they spend.
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
        # The mean over a year's orders is 1, so that no level slips into the season.
        value / np.average(value, weights=DAYS * intensity),
        "ok",
        "",
    )


def frame(seasons: list[tuple[pd.Timestamp, Season]]) -> pd.DataFrame:
    """Twelve rows per as-of date, typed also when there is none.

    Parameters
    ----------
    seasons : list of (as_of_date, season)

    Returns
    -------
    pandas.DataFrame
        ``as_of_date``, ``month_number`` (1 is January), ``order_intensity``, ``value_index``,
        ``status``, ``reason``. The two factors have `FACTOR_DIGITS` places.
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
    """Logs of the months' effects: penalised Poisson regression by Newton's method."""
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
    """Logs of the months' effects on the value of an order."""
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
