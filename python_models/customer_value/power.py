"""Statistical power and break-even response of a campaign, before it is launched."""

import math

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.power import (
    NormalIndPower,
    TTestIndPower,
    normal_sample_size_one_tail,
)

from customer_value.uplift import ALPHA

POWER = 0.8
RATE_DIGITS = 9
MONEY_DIGITS = 4


def effect_size(response: float, baseline: float) -> float:
    """Compute Cohen's h, the difference of two shares on a scale that stabilises their variance.

    Parameters
    ----------
    response, baseline : float
        Shares from 0 to 1.

    Returns
    -------
    float
        From -pi to pi; positive if `response` is larger.

    Raises
    ------
    ValueError
        If a share is not between 0 and 1.

    Notes
    -----
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, eq. 6.2.1.

    Examples
    --------
    >>> round(effect_size(0.25, 0.20), 4)
    0.1199
    """
    return 2 * math.asin(math.sqrt(response)) - 2 * math.asin(math.sqrt(baseline))


def power(treated_count: float, control_count: float, response: float, baseline: float) -> float:
    """Compute the probability that a test detects the difference of two response rates.

    Parameters
    ----------
    treated_count, control_count : float
        Customers per arm (whole numbers).
    response, baseline : float
        Response rates from 0 to 1: of the treated customers, and without the campaign.

    Returns
    -------
    float
        Power of a two-sided test at 5 %, from 0 to 1; 0 if an arm is empty.

    Raises
    ------
    ValueError
        If a response rate is not between 0 and 1.

    Notes
    -----
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 6.3, by statsmodels'
    ``NormalIndPower``.

    Examples
    --------
    >>> round(power(9_000, 1_000, response=0.12, baseline=0.10), 3)
    0.484
    """
    if not treated_count or not control_count:
        return 0.0
    distance = abs(effect_size(response, baseline))
    return float(
        NormalIndPower().power(distance, control_count, ALPHA, ratio=treated_count / control_count)
    )


def detectable_response(
    treated_count: float, control_count: float, baseline: float
) -> float | None:
    """Compute the smallest response rate above the baseline that a test detects with 80 % power.

    Parameters
    ----------
    treated_count, control_count : float
        Customers per arm (whole numbers).
    baseline : float
        Response rate without the campaign, from 0 to 1.

    Returns
    -------
    float or None
        Response rate of the treated customers. None if an arm is empty, or if not even a response
        rate of 1 would be detected.

    Raises
    ------
    ValueError
        If the baseline is not between 0 and 1.

    Notes
    -----
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 6.3: power 80 %,
    two-sided, 5 %.

    Examples
    --------
    >>> round(detectable_response(9_000, 1_000, baseline=0.10), 4)
    0.1297
    """
    if not treated_count or not control_count:
        return None
    distance = (norm.isf(ALPHA / 2) + norm.ppf(POWER)) * math.sqrt(
        1 / treated_count + 1 / control_count
    )
    angle = math.asin(math.sqrt(baseline)) + distance / 2
    return math.sin(angle) ** 2 if angle <= math.pi / 2 else None


def control_needed(customer_count: float, response: float, baseline: float) -> int | None:
    """Compute the size of the control group that detects the expected response with 80 % power.

    Parameters
    ----------
    customer_count : float
        Customers of the campaign in both arms together (a whole number).
    response, baseline : float
        Response rates from 0 to 1: expected of the treated customers, and without the campaign.

    Returns
    -------
    int or None
        The smallest sufficient number of customers. None if not even half of the customers is
        enough, or if the rates are equal.

    Raises
    ------
    ValueError
        If a response rate is not between 0 and 1.

    Notes
    -----
    The power depends on 1 / n_treated + 1 / n_control, which must be at most 2 / n, where n is the
    size that each of two equal arms needs. Of the two solutions for the given
    n_treated + n_control, this is the smaller one.

    Examples
    --------
    >>> control_needed(10_000, response=0.13, baseline=0.10)
    981
    """
    distance = abs(effect_size(response, baseline))
    if not distance:
        return None
    equal_size = normal_sample_size_one_tail(
        distance, POWER, ALPHA / 2, std_null=math.sqrt(2), std_alternative=math.sqrt(2)
    )
    square = customer_count**2 - 2 * customer_count * equal_size
    if square < 0:
        return None
    needed = math.ceil((customer_count - math.sqrt(square)) / 2 - 1e-9)
    return needed if 2 * needed <= customer_count else None


def detectable_revenue(
    treated_count: float, control_count: float, deviation: float
) -> float | None:
    """Compute the smallest difference in revenue per customer that is detected with 80 % power.

    Parameters
    ----------
    treated_count, control_count : float
        Customers per arm (whole numbers).
    deviation : float
        Standard deviation of a customer's revenue within the attribution days (money).

    Returns
    -------
    float or None
        Money per customer. None if an arm has fewer than two customers, or if the search for the
        difference fails.

    Notes
    -----
    A two-sided t-test at 5 %, by statsmodels' ``TTestIndPower``.

    Examples
    --------
    >>> round(detectable_revenue(9_000, 1_000, deviation=80.0), 2)
    7.47
    """
    if treated_count < 2 or control_count < 2:
        return None
    effect = TTestIndPower().solve_power(
        effect_size=None,
        nobs1=control_count,
        alpha=ALPHA,
        power=POWER,
        ratio=treated_count / control_count,
    )
    return float(np.squeeze(effect)) * deviation if np.isfinite(effect).all() else None


def break_even_response(
    baseline: float, order_margin: float, cost_per_contact: float, offer_cost: float
) -> float | None:
    """Compute the additional response rate at which a campaign's margin equals its cost.

    Parameters
    ----------
    baseline : float
        Response rate without the campaign, from 0 to 1.
    order_margin : float
        Margin per order before the campaign's cost (money).
    cost_per_contact : float
        Cost per contacted customer (money).
    offer_cost : float
        Cost per contacted customer with an order, including those who would have ordered anyway
        (money).

    Returns
    -------
    float or None
        The solution r of r order_margin = cost_per_contact + (baseline + r) offer_cost: the share
        of contacted customers who must order because of the campaign. None if r exceeds the share
        of customers who would not order anyway, or if the offer costs at least the margin.

    Examples
    --------
    >>> break_even_response(baseline=0.10, order_margin=25.0, cost_per_contact=0.5, offer_cost=5.0)
    0.05
    """
    left = order_margin - offer_cost
    if left <= 0:
        return None
    response = (cost_per_contact + baseline * offer_cost) / left
    return response if response <= 1 - baseline else None


def frame(plans: pd.DataFrame) -> pd.DataFrame:
    """Compute power and break-even of each campaign, with typed columns also without campaigns.

    Parameters
    ----------
    plans : pandas.DataFrame
        One row per ``campaign_id``: ``treated_count``, ``control_count``; ``baseline_response`` and
        ``expected_response`` (response rate without the campaign, and its expected increase);
        ``order_margin`` (margin per order before the campaign's cost, money);
        ``revenue_deviation`` (standard deviation of a customer's revenue within the attribution
        days, money); ``cost_per_contact``, ``offer_cost`` (money).

    Returns
    -------
    pandas.DataFrame
        One row per ``campaign_id``: ``minimum_detectable_response`` (above the baseline),
        ``power``, ``control_count_needed``, ``minimum_detectable_revenue`` (money per customer),
        ``break_even_response`` (above the baseline). A column is null if a number that it depends
        on is null. Power and the control count are also null if no increase is expected.

    Raises
    ------
    ValueError
        If a response rate is not between 0 and 1.

    Examples
    --------
    >>> plan = {
    ...     "campaign_id": "win_back",
    ...     "treated_count": 9_000,
    ...     "control_count": 1_000,
    ...     "baseline_response": 0.10,
    ...     "expected_response": 0.03,
    ...     "order_margin": 25.0,
    ...     "revenue_deviation": 80.0,
    ...     "cost_per_contact": 0.5,
    ...     "offer_cost": 5.0,
    ... }
    >>> frame(pd.DataFrame([plan]))[["power", "control_count_needed", "break_even_response"]]
         power  control_count_needed  break_even_response
    0  0.80697                   981                 0.05
    """
    types = {
        "campaign_id": "string",
        "minimum_detectable_response": "float64",
        "power": "float64",
        "control_count_needed": "Int64",
        "minimum_detectable_revenue": "float64",
        "break_even_response": "float64",
    }
    rows = [_plan(plan) for plan in plans.sort_values("campaign_id").to_dict("records")]
    table = pd.DataFrame(rows, columns=list(types)).astype(types)
    rates = ("minimum_detectable_response", "power", "break_even_response")
    return table.round(
        dict.fromkeys(rates, RATE_DIGITS) | {"minimum_detectable_revenue": MONEY_DIGITS}
    )


def _plan(plan: dict) -> dict:
    row = {"campaign_id": plan["campaign_id"]}
    treated, control = plan["treated_count"], plan["control_count"]
    baseline, expected = plan["baseline_response"], plan["expected_response"]
    if pd.notna(plan["revenue_deviation"]):
        row["minimum_detectable_revenue"] = detectable_revenue(
            treated, control, plan["revenue_deviation"]
        )
    if pd.isna(baseline):
        return row
    detectable = detectable_response(treated, control, baseline)
    row["minimum_detectable_response"] = None if detectable is None else detectable - baseline
    response = min(baseline + expected, 1.0)
    if response > baseline:
        row["power"] = power(treated, control, response, baseline)
        row["control_count_needed"] = control_needed(treated + control, response, baseline)
    costs = [plan[name] for name in ("order_margin", "cost_per_contact", "offer_cost")]
    if pd.notna(costs).all():
        row["break_even_response"] = break_even_response(baseline, *costs)
    return row
