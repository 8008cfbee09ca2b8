"""What tests of customer lifetime value share: CDNOW, exact predictions, simulated customers."""

from importlib.util import find_spec
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
import pytest

# The published ones, in weeks.
BG_NBD = (0.2425945, 4.4136019, 0.7929199, 2.4258881)
MBG_NBD = (0.5248, 6.1831, 0.8914, 1.6140)
GAMMA_GAMMA = (6.2493, 3.7443, 15.4443)


def cdnow_orders() -> pd.DataFrame:
    """Every row of the CDNOW sample; a test that needs it is skipped without."""
    found = find_spec("lifetimes")
    if found is None or found.origin is None:
        pytest.skip("The package lifetimes, which holds CDNOW_sample.txt, is not installed")
    # Read by path: the package's own module for its data does not load on current Python.
    orders = pd.read_csv(
        Path(found.origin).parent / "datasets" / "CDNOW_sample.txt",
        sep=r"\s+",
        header=None,
        names=["customer_id", "sample_id", "ordered_on", "cd_count", "dollars"],
        dtype=str,
    )
    return orders.assign(
        order_date=pd.to_datetime(orders["ordered_on"], format="%Y%m%d"),
        cents=(orders["dollars"].astype(float) * 100).round().astype(int),
    )


def cdnow_summary(orders: pd.DataFrame) -> pd.DataFrame:
    """One row per customer, in weeks to 1997-09-30: x, t_x, T, and m of the repeat order days."""
    end = pd.Timestamp("1997-09-30")
    days = orders[orders["order_date"] <= end].groupby(["customer_id", "order_date"])
    days = days["cents"].sum().reset_index()
    customers = days.groupby("customer_id")
    first, last = customers["order_date"].min(), customers["order_date"].max()
    x = customers.size() - 1
    repeat_cents = customers["cents"].sum() - customers["cents"].first()
    return pd.DataFrame(
        {
            "x": x,
            "t_x": (last - first).dt.days / 7,
            "T": (end - first).dt.days / 7,
            "m": repeat_cents / 100 / x.where(x > 0),
        }
    )


def exact_orders(theta, shift, x, t_x, T, horizon) -> float:
    """E[Y(horizon) | x, t_x, T] by eq. 10 of Fader, Hardie and Lee (2005), in fifty digits.

    In MBG/NBD (shift 1) there is one occasion more to leave, which adds 1 to b.
    """
    with mpmath.workdps(50):
        r, alpha, a, b, t_x, T, t = map(mpmath.mpf, (*theta, t_x, T, horizon))
        b += shift
        if a == 1:
            # A pole of each of two factors, whose product has none.
            a += mpmath.mpf(10) ** -25
        hypergeometric = mpmath.hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
        orders = (a + b + x - 1) / (a - 1)
        orders *= 1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * hypergeometric
        odds = mpmath.mpf(0)
        if x + shift > 0:
            odds = a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x)
        return float(orders / (1 + odds))


def simulated_truth(seed: int) -> tuple[tuple, tuple]:
    """Parameters of a retailer: fast or slow buyers, loyal or fleeting, of any spread of value."""
    rng = np.random.default_rng(100 + seed)
    orders = rng.uniform([0.5, 45, 0.5, 1.5], [1.5, 110, 1.2, 4.0])
    values = rng.uniform([1.5, 2.5, 10], [8, 6, 80])
    return tuple(orders), tuple(values)


def simulated_customers(
    orders: tuple,
    values: tuple,
    shift: int,
    seed: int,
    count: int = 3_000,
    horizon: int = 180,
    in_whole_days: bool = True,
) -> pd.DataFrame:
    """Customers of two years by the models themselves, in days, and what they then bring.

    In whole days, ``t_x`` and ``T`` are known as of the last observed day, and the orders of a day
    are one. ``future_revenue`` is that of the ``horizon`` days to come.
    """
    rng = np.random.default_rng(seed)
    r, alpha, a, b = orders
    p, q, gamma = values
    end = 730
    first = rng.uniform(0, end - 60, count)
    rate = np.maximum(rng.gamma(r, 1 / alpha, count), 1e-12)
    leaving = rng.beta(a, b, count)
    # In MBG/NBD one can leave after the first order.
    active = np.flatnonzero(rng.random(count) >= leaving) if shift else np.arange(count)
    now = first.copy()
    found = []
    while active.size:
        now[active] += rng.exponential(1 / rate[active])
        active = active[now[active] < end + horizon]
        found.append(pd.DataFrame({"customer": active, "time": now[active]}))
        active = active[rng.random(active.size) >= leaving[active]]
    times = pd.concat(found, ignore_index=True)
    last_time = float(end)
    if in_whole_days:
        first, last_time = np.floor(first), end - 1.0
        times = times.assign(time=np.floor(times["time"])).drop_duplicates()
        times = times[times["time"] > first[times["customer"]]]
    mean_rate = rng.gamma(q, 1 / gamma, count)[times["customer"]]
    times["value"] = rng.gamma(p, 1 / mean_rate).round(4)
    past = times[times["time"] < end].groupby("customer")
    future = times[times["time"] >= end].groupby("customer")
    table = pd.DataFrame(
        {
            "x": past.size(),
            "t_x": past["time"].max() - pd.Series(first),
            "T": last_time - first,
            "repeat_revenue": past["value"].sum(),
            "future_revenue": future["value"].sum(),
        },
        index=pd.RangeIndex(count),
    )
    return table.fillna(0.0)


def simulated_cohorts(
    months: int, intensity: np.ndarray, value_index: np.ndarray, rate: float = 0.02
) -> pd.DataFrame:
    """Orders of monthly cohorts of unequal size and quality, of whom ever fewer are left."""
    rng = np.random.default_rng(4)
    starts = pd.date_range("2022-01-01", periods=months, freq="MS")
    rows = []
    for number, first in enumerate(starts):
        customers = 2_000 if number == 0 else int(rng.integers(300, 600))
        quality = 1.5 if number == 0 else rng.lognormal(0, 0.2)
        for month in starts[number + 1 :]:
            age = (month - first).days / 30.4
            wanted = customers * rate * quality * age**-0.3 * month.days_in_month / 3
            count = rng.poisson(wanted * intensity[month.month - 1])
            usual = 40.0 * count
            revenue = usual * value_index[month.month - 1] * rng.lognormal(0, 0.05)
            rows.append((first, month, customers, count, revenue, usual))
    names = ["first_order_month", "order_month", "customer_count"]
    names += ["order_day_count", "net_revenue", "usual_revenue"]
    return pd.DataFrame(rows, columns=names)
