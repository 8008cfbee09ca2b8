"""What a campaign could show and bring, before it is launched."""

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
    """Cohen's h: the distance of two shares on a scale on which chance is everywhere alike.

    Parameters
    ----------
    response, baseline : floats from 0 to 1

    Returns
    -------
    float

    Notes
    -----
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, eq. 6.2.1.
    """
    return 2 * math.asin(math.sqrt(response)) - 2 * math.asin(math.sqrt(baseline))


def power(treated_count: float, control_count: float, response: float, baseline: float) -> float:
    """The chance that so many customers show the difference of two response rates.

    Parameters
    ----------
    treated_count, control_count : whole numbers
    response, baseline : floats from 0 to 1
        Of the treated, and without the campaign.

    Returns
    -------
    float
        Of a two-sided test at 5 %; 0 where an arm is empty.
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
    """The smallest response above the baseline that a test would show in four of five campaigns.

    Parameters
    ----------
    treated_count, control_count : whole numbers
    baseline : float from 0 to 1
        Response without the campaign.

    Returns
    -------
    float or None
        None where an arm is empty, or not even everyone responding would show.

    Notes
    -----
    Cohen (1988), 6.3: power 80 %, two-sided, 5 %.
    """
    if not treated_count or not control_count:
        return None
    distance = (norm.isf(ALPHA / 2) + norm.ppf(POWER)) * math.sqrt(
        1 / treated_count + 1 / control_count
    )
    angle = math.asin(math.sqrt(baseline)) + distance / 2
    return math.sin(angle) ** 2 if angle <= math.pi / 2 else None


def control_needed(customer_count: float, response: float, baseline: float) -> int | None:
    """How many of a campaign's customers to hold back, to show the expected response.

    Parameters
    ----------
    customer_count : whole number
        Customers to treat or to hold back, together.
    response, baseline : floats from 0 to 1
        Expected of the treated, and without the campaign.

    Returns
    -------
    int or None
        The fewest with power 80 %; None where not even half of them is enough, or both are alike.

    Notes
    -----
    Only 1 / n_treated + 1 / n_control counts, and must be at most 2 / n, where n is the size that
    two equal arms need; of the two solutions with n_treated + n_control given, the smaller.
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
    """The smallest difference in revenue a customer that shows in four of five campaigns.

    Parameters
    ----------
    treated_count, control_count : whole numbers
    deviation : float
        Standard deviation of a customer's revenue within the attribution days (money).

    Returns
    -------
    float or None
        Money; None with fewer than two customers in an arm.
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
    """The additional response at which a campaign brings what it costs.

    Parameters
    ----------
    baseline : float from 0 to 1
        Response without the campaign.
    order_margin : float
        What an order leaves before the campaign's cost (money).
    cost_per_contact, offer_cost : floats
        Money for each contact; for each treated customer who orders, also who had ordered anyway.

    Returns
    -------
    float or None
        The root r of r order_margin = cost_per_contact + (baseline + r) offer_cost: the share of
        contacted customers who must order because of the campaign. None where more would have to
        than do not order anyway, or the offer costs what the order leaves.
    """
    left = order_margin - offer_cost
    if left <= 0:
        return None
    response = (cost_per_contact + baseline * offer_cost) / left
    return response if response <= 1 - baseline else None


def frame(plans: pd.DataFrame) -> pd.DataFrame:
    """What each campaign could show, and what it must bring, typed also when there is none.

    Parameters
    ----------
    plans : pandas.DataFrame
        One row per ``campaign_id``: ``treated_count``, ``control_count``; ``baseline_response`` and
        ``expected_response`` (shares: without the campaign, and because of it);
        ``order_margin`` (what an order leaves before the campaign's cost, money),
        ``revenue_deviation`` (of a customer within the attribution days, money);
        ``cost_per_contact``, ``offer_cost`` (money).

    Returns
    -------
    pandas.DataFrame
        One row per ``campaign_id``: ``minimum_detectable_response`` (above the baseline),
        ``power``, ``control_count_needed``, ``minimum_detectable_revenue`` (a customer),
        ``break_even_response`` (above the baseline). Null where a number that it needs is; power
        and the control needed also where nothing is expected.
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
