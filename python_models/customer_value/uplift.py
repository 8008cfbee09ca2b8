"""The effect of a campaign: its treated customers against its control group, from sums per arm.

Each function takes sums over the customers of an arm, so that time and memory do not grow with the
number of customers.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import chisquare, t
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

ALPHA = 0.05
# Decimal places of the results; further ones depend on the order of additions.
RATE_DIGITS = 9
MONEY_DIGITS = 6


@dataclass(frozen=True)
class Moments:
    """Sums over the customers of an arm, of an amount and of the same amount before the launch.

    Attributes
    ----------
    count : float
        Customers.
    total : float
        Sum of the amount (money, or orders).
    squares : float
        Sum of the squared amounts.
    prior_total : float
        Sum of the amount before the launch.
    prior_squares : float
        Sum of the squared amounts before the launch.
    products : float
        Sum of the products of both amounts.

    Examples
    --------
    >>> Moments(count=4, total=40.0, squares=500.0).mean
    10.0
    """

    count: float
    total: float
    squares: float
    prior_total: float = 0.0
    prior_squares: float = 0.0
    products: float = 0.0

    @property
    def mean(self) -> float:
        """The mean amount per customer."""
        return self.total / self.count

    @property
    def deviations(self) -> tuple[float, float, float]:
        """Centred sums: squares of the amount, squares of the prior amount, products of both.

        A difference that is within rounding errors is 0.
        """
        return (
            _centred(self.squares, self.total, self.total, self.count),
            _centred(self.prior_squares, self.prior_total, self.prior_total, self.count),
            _centred(self.products, self.total, self.prior_total, self.count),
        )


@dataclass(frozen=True)
class Difference:
    """The difference treated minus control; a number that cannot be computed is None.

    Attributes
    ----------
    difference : float or None
    lower, upper : float or None
        Bounds of the 95 % confidence interval.
    p_value : float or None
        Two-sided, of the test against no difference.
    """

    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    p_value: float | None = None


def rate_difference(
    treated_count: float, treated_responders: float, control_count: float, control_responders: float
) -> Difference:
    """Compute the difference of two response rates, with Newcombe's interval and the score test.

    Parameters
    ----------
    treated_count, control_count : float
        Customers per arm (whole numbers).
    treated_responders, control_responders : float
        Customers per arm who ordered (whole numbers).

    Returns
    -------
    Difference
        In shares of customers, from -1 to 1. All None if an arm is empty.

    Raises
    ------
    ValueError
        If an arm has more responders than customers.

    Notes
    -----
    Newcombe (1998), Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17, method 10: the interval stays within [-1, 1] and is valid for few
    customers, and if nobody or everyone responds. The test is Pearson's without continuity
    correction; p is 1 if all or none of the customers of both arms respond. Interval and test are
    different methods: near p = 5 %, one may exclude 0 and the other not.

    Examples
    --------
    >>> result = rate_difference(900, 108, 100, 10)
    >>> round(result.difference, 3), round(result.lower, 3), round(result.upper, 3)
    (0.02, -0.057, 0.07)
    >>> round(result.p_value, 3)
    0.556
    """
    if treated_responders > treated_count or control_responders > control_count:
        raise ValueError("More customers responded than there are.")
    if not treated_count or not control_count:
        return Difference()
    counts = (treated_responders, treated_count, control_responders, control_count)
    p_value = 1.0
    # statsmodels also computes ratios of the rates, which are not used here.
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = confint_proportions_2indep(*counts, method="newcomb", alpha=ALPHA)
        if 0 < treated_responders + control_responders < treated_count + control_count:
            p_value = test_proportions_2indep(
                *counts, compare="diff", method="score", correction=False
            ).pvalue
    difference = treated_responders / treated_count - control_responders / control_count
    # Rounding errors can exceed the range of a difference of shares.
    lower, upper = max(float(lower), -1.0), min(float(upper), 1.0)
    return Difference(difference, lower, upper, float(p_value))


def mean_difference(treated: Moments, control: Moments) -> Difference:
    """Compute the difference of two means, with Student's interval and test.

    Parameters
    ----------
    treated, control : Moments
        Only `count`, `total` and `squares` are read.

    Returns
    -------
    Difference
        In the unit of the amount, per customer. Without interval and p-value if an arm has one
        customer or no amount varies. All None if an arm is empty.

    Notes
    -----
    Student (1908), The probable error of a mean, Biometrika 6: one variance for both arms, from
    both together, s^2 (1 / n_t + 1 / n_c), with n_t + n_c - 2 degrees of freedom.

    Welch's interval, with a variance for each arm, is not used, because revenue is skewed and a
    control group often small. A control group without the best customers has both a low mean and a
    low variance, so that the interval is narrow where it misses. On 90-day revenue of Online Retail
    II it covers the true difference in 81 % of draws with 5 % held back (this one: 94 to 95 %); see
    the page of `campaign_results`. Without an effect, both arms have one variance.

    Examples
    --------
    >>> treated = Moments(count=900, total=9_900.0, squares=300_000.0)
    >>> control = Moments(count=100, total=1_000.0, squares=28_000.0)
    >>> result = mean_difference(treated, control)
    >>> result.difference, round(result.lower, 2), round(result.upper, 2), round(result.p_value, 2)
    (1.0, -1.99, 3.99, 0.51)
    """
    if not treated.count or not control.count:
        return Difference()
    difference = treated.mean - control.mean
    freedom = treated.count + control.count - 2
    squares = treated.deviations[0] + control.deviations[0]
    if min(treated.count, control.count) < 2 or not squares:
        return Difference(difference)
    spread = 1 / treated.count + 1 / control.count
    return _interval(difference, squares / freedom * spread, freedom)


def cuped_theta(treated: Moments, control: Moments) -> float:
    """Compute the slope of an amount on the same amount before the launch, within the arms.

    Parameters
    ----------
    treated, control : Moments

    Returns
    -------
    float
        Sum over the arms of the centred products, divided by the sum of the centred squares of the
        prior amount. 0 if the prior amount does not vary.

    Notes
    -----
    Deng, Xu, Kohavi and Walker (2013), Improving the Sensitivity of Online Controlled Experiments
    by Utilizing Pre-Experiment Data, WSDM, eq. 4: theta = cov(Y, X) / var(X). It is computed within
    the arms, so that the effect of the campaign does not enter.

    Examples
    --------
    >>> treated = Moments(900, 9_900.0, 300_000.0, 9_200.0, 250_000.0, 220_000.0)
    >>> control = Moments(100, 1_000.0, 28_000.0, 1_050.0, 30_000.0, 25_000.0)
    >>> round(cuped_theta(treated, control), 3)
    0.762
    """
    arms = [arm.deviations for arm in (treated, control) if arm.count]
    squares = sum(prior for _, prior, _ in arms)
    return sum(products for _, _, products in arms) / squares if squares else 0.0


def cuped_variance_share(treated: Moments, control: Moments) -> float | None:
    """Compute the share of the variance within the arms that the prior amount explains.

    Parameters
    ----------
    treated, control : Moments

    Returns
    -------
    float or None
        From 0 to 1, the squared correlation within the arms. None if the amount does not vary.

    Notes
    -----
    Deng, Xu, Kohavi and Walker (2013), eq. 5: CUPED reduces the variance by this share.

    Examples
    --------
    >>> treated = Moments(900, 9_900.0, 300_000.0, 9_200.0, 250_000.0, 220_000.0)
    >>> control = Moments(100, 1_000.0, 28_000.0, 1_050.0, 30_000.0, 25_000.0)
    >>> round(cuped_variance_share(treated, control), 3)
    0.486
    """
    arms = [arm.deviations for arm in (treated, control) if arm.count]
    own = sum(amount for amount, _, _ in arms)
    explained = cuped_theta(treated, control) * sum(products for _, _, products in arms)
    return min(explained / own, 1.0) if own else None


def cuped_difference(treated: Moments, control: Moments) -> Difference:
    """Compute the difference of two means, adjusted for the customers' prior amounts (CUPED).

    Parameters
    ----------
    treated, control : Moments

    Returns
    -------
    Difference
        In the unit of the amount, per customer. Without interval and p-value if an arm has one
        customer, both together have three, or the prior amount explains all variance. All None if
        an arm is empty.

    Notes
    -----
    Deng, Xu, Kohavi and Walker (2013), eq. 3 and 5: the difference of the means of
    Y - theta (X - E X), where X is from before the launch and so has the same expectation in both
    arms. The variance falls by the share that X explains.

    With theta from within the arms, this is the analysis of covariance, the regression of Y on the
    arm and X (Fisher 1932). The interval is that of the regression, with one variance for both
    arms: s^2 (1 / n_t + 1 / n_c + (difference of X)^2 / squares of X), with n_t + n_c - 3 degrees
    of freedom.

    `mean_difference` says why not Welch's interval.

    Examples
    --------
    >>> treated = Moments(900, 9_900.0, 300_000.0, 9_200.0, 250_000.0, 220_000.0)
    >>> control = Moments(100, 1_000.0, 28_000.0, 1_050.0, 30_000.0, 25_000.0)
    >>> result = cuped_difference(treated, control)
    >>> round(result.difference, 2), round(result.lower, 2), round(result.upper, 2)
    (1.21, -0.94, 3.36)
    """
    if not treated.count or not control.count:
        return Difference()
    theta = cuped_theta(treated, control)
    prior = treated.prior_total / treated.count - control.prior_total / control.count
    difference = treated.mean - control.mean - theta * prior
    own, before, products = np.sum([arm.deviations for arm in (treated, control)], axis=0)
    freedom = treated.count + control.count - (3 if before else 2)
    left = own - theta * products
    # A remainder within rounding errors is not variance.
    if min(treated.count, control.count) < 2 or freedom < 1 or left <= 1e-9 * own:
        return Difference(difference)
    spread = 1 / treated.count + 1 / control.count + (prior**2 / before if before else 0)
    return _interval(difference, float(left / freedom * spread), freedom)


def sample_ratio_p_value(counts: Sequence[float], shares: Sequence[float]) -> float | None:
    """Test by chi-square whether the arms have the planned shares of customers.

    Parameters
    ----------
    counts : sequence of float
        Customers per arm (whole numbers).
    shares : sequence of float
        Planned share per arm, in any unit.

    Returns
    -------
    float or None
        The p-value. A very small one means that the arms were not drawn as planned, so that no
        comparison of them is valid. None if there are no customers, a share is not a finite number,
        or fewer than two arms are planned; 0 if an arm with a planned share of 0 has customers.

    Notes
    -----
    Fabijan et al. (2019), Diagnosing Sample Ratio Mismatch in Online Controlled Experiments, KDD.

    Examples
    --------
    >>> round(sample_ratio_p_value([9_030, 970], [0.9, 0.1]), 3)
    0.317
    """
    counts, shares = np.asarray(counts, dtype=float), np.asarray(shares, dtype=float)
    if not counts.sum() or not np.isfinite(shares).all() or not shares.sum():
        return None
    planned = shares > 0
    if counts[~planned].any():
        return 0.0
    if planned.sum() < 2:
        return None
    expected = shares[planned] / shares[planned].sum() * counts.sum()
    return float(chisquare(counts[planned], expected).pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values for several tests, so that each can be compared with 5 %.

    Parameters
    ----------
    p_values : sequence of float or None
        None for a test that was not possible.

    Returns
    -------
    list of float or None
        In the same order; None stays None.

    Notes
    -----
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6: the probability of at least one false positive is at most 5 %, whatever the
    dependence of the tests.

    Examples
    --------
    >>> holm([0.01, None, 0.04, 0.03])
    [0.03, None, 0.06, 0.06]
    """
    known = sorted(
        (p_value, index) for index, p_value in enumerate(p_values) if p_value is not None
    )
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    # Not statsmodels' multipletests: it runs the garbage collector, a tenth of a second per call.
    for place, (p_value, index) in enumerate(known):
        highest = max(highest, min((len(known) - place) * p_value, 1.0))
        adjusted[index] = highest
    return adjusted


def results(arms: pd.DataFrame) -> pd.DataFrame:
    """Compare treated customers with the control group, with typed columns also without rows.

    Parameters
    ----------
    arms : pandas.DataFrame
        One row per ``campaign_id``, ``scope``, ``scope_value`` and ``arm`` (treatment, control):
        ``planned_share`` and the sums over customers ``customer_count``, ``responder_count``,
        ``order_count``, ``order_count_squares``, ``net_revenue`` (money), ``net_revenue_squares``,
        ``prior_revenue`` (money), ``prior_revenue_squares``, ``revenue_products``.

    Returns
    -------
    pandas.DataFrame
        One row per ``campaign_id``, ``scope`` and ``scope_value``: ``sample_ratio_p_value``;
        ``response`` (share of customers), ``orders`` (per customer), ``revenue`` and
        ``cuped_revenue`` (money per customer), each with ``_difference`` (treated minus control),
        ``_lower``, ``_upper`` and ``_p_value``; ``cuped_variance_share``; and
        ``response_p_value_holm`` and ``cuped_revenue_p_value_holm``, adjusted over both outcomes of
        all rows with the same campaign and scope.

    Raises
    ------
    ValueError
        If an arm has more responders than customers.

    Examples
    --------
    >>> arms = pd.DataFrame({"arm": ["treatment", "control"], "planned_share": [0.9, 0.1]})
    >>> arms = arms.assign(campaign_id="win_back", scope="campaign", scope_value="all")
    >>> arms = arms.assign(customer_count=[900, 100], responder_count=[108, 10])
    >>> arms = arms.assign(order_count=[130, 11], order_count_squares=[200, 15])
    >>> arms = arms.assign(net_revenue=[9_900.0, 1_000.0], net_revenue_squares=[3e5, 28e3])
    >>> arms = arms.assign(prior_revenue=[9_200.0, 1_050.0], prior_revenue_squares=[25e4, 3e4])
    >>> arms = arms.assign(revenue_products=[22e4, 25e3])
    >>> results(arms)[["response_difference", "revenue_difference", "cuped_revenue_difference"]]
       response_difference  revenue_difference  cuped_revenue_difference
    0                 0.02                 1.0                  1.211671
    """
    rows = []
    keys = ["campaign_id", "scope", "scope_value"]
    for key, pair in arms.sort_values([*keys, "arm"]).groupby(keys):
        by_arm = {row["arm"]: row for row in pair.to_dict("records")}
        empty = dict.fromkeys(_SUMS, 0.0) | {"planned_share": float("nan")}
        rows.append(
            dict(zip(keys, key, strict=True))
            | _comparison(by_arm.get("treatment", empty), by_arm.get("control", empty))
        )
    return _frame(rows, dict.fromkeys(keys, "string"), ["campaign_id", "scope"])


def ab_tests(arms: pd.DataFrame) -> pd.DataFrame:
    """Compare each pair of treatment variants of a campaign, with typed columns also without rows.

    Parameters
    ----------
    arms : pandas.DataFrame
        As in `results`; only treatments with the scope ``variant`` are read.

    Returns
    -------
    pandas.DataFrame
        One row per ``campaign_id``, ``variant`` and ``other_variant`` (later in the alphabet), with
        the columns of `results`: the first variant minus the other, adjusted over all pairs of a
        campaign.

    Raises
    ------
    ValueError
        If an arm has more responders than customers.

    Examples
    --------
    >>> arms = pd.DataFrame({"scope_value": ["gift", "discount"], "planned_share": [0.5, 0.5]})
    >>> arms = arms.assign(campaign_id="win_back", scope="variant", arm="treatment")
    >>> arms = arms.assign(customer_count=[450, 450], responder_count=[45, 63])
    >>> arms = arms.assign(**{name: [1.0, 2.0] for name in _SUMS[2:]})
    >>> ab_tests(arms)[["variant", "other_variant", "response_difference"]]
        variant other_variant  response_difference
    0  discount          gift                 0.04
    """
    is_variant = (arms["scope"] == "variant") & (arms["arm"] == "treatment")
    variants = arms[is_variant].sort_values(["campaign_id", "scope_value"])
    rows = []
    for campaign_id, group in variants.groupby("campaign_id"):
        for first, other in combinations(group.to_dict("records"), 2):
            names = {"variant": first["scope_value"], "other_variant": other["scope_value"]}
            rows.append({"campaign_id": campaign_id} | names | _comparison(first, other))
    keys = ("campaign_id", "variant", "other_variant")
    return _frame(rows, dict.fromkeys(keys, "string"), ["campaign_id"])


_SUMS = (
    *("customer_count", "responder_count", "order_count", "order_count_squares"),
    *("net_revenue", "net_revenue_squares"),
    *("prior_revenue", "prior_revenue_squares", "revenue_products"),
)
_OUTCOMES = ("response", "orders", "revenue", "cuped_revenue")
_TESTED = ("response_p_value", "cuped_revenue_p_value")


def _centred(products: float, total: float, other_total: float, count: float) -> float:
    correction = total * other_total / count
    centred = products - correction
    return centred if abs(centred) > 1e-12 * max(abs(products), abs(correction)) else 0.0


def _interval(difference: float, variance: float, freedom: float) -> Difference:
    """Compute interval and test from the variance of the difference and its degrees of freedom."""
    if variance <= 0:
        return Difference(difference)
    standard_error = math.sqrt(variance)
    reach = float(t.ppf(1 - ALPHA / 2, freedom)) * standard_error
    p_value = 2 * float(t.sf(abs(difference) / standard_error, freedom))
    return Difference(difference, difference - reach, difference + reach, p_value)


def _comparison(treated: dict, control: dict) -> dict:
    both = (treated, control)
    money = [Moments(arm["customer_count"], *(arm[name] for name in _SUMS[4:])) for arm in both]
    orders = [
        Moments(arm["customer_count"], arm["order_count"], arm["order_count_squares"])
        for arm in both
    ]
    differences = {
        "response": rate_difference(
            *(arm[name] for arm in both for name in ("customer_count", "responder_count"))
        ),
        "orders": mean_difference(*orders),
        "revenue": mean_difference(*money),
        "cuped_revenue": cuped_difference(*money),
    }
    row = {
        "sample_ratio_p_value": sample_ratio_p_value(
            [arm["customer_count"] for arm in both], [arm["planned_share"] for arm in both]
        ),
        "cuped_variance_share": cuped_variance_share(*money),
    }
    for outcome, result in differences.items():
        row |= {f"{outcome}_{name}": value for name, value in asdict(result).items()}
    return row


def _frame(rows: list[dict], keys: dict[str, str], family: list[str]) -> pd.DataFrame:
    measures = [
        "sample_ratio_p_value",
        *(
            f"{outcome}_{name}"
            for outcome in _OUTCOMES
            for name in ("difference", "lower", "upper", "p_value")
        ),
        "cuped_variance_share",
        *(f"{name}_holm" for name in _TESTED),
    ]
    families: dict[tuple, list[dict]] = {}
    for row in rows:
        families.setdefault(tuple(row[name] for name in family), []).append(row)
    for members in families.values():
        adjusted = iter(holm([row[name] for row in members for name in _TESTED]))
        for row in members:
            row.update({f"{name}_holm": next(adjusted) for name in _TESTED})
    table = pd.DataFrame(rows, columns=[*keys, *measures])
    table = table.astype(keys | dict.fromkeys(measures, "float64"))
    is_money = [f"{outcome}_{name}" for outcome in _OUTCOMES[2:] for name in _BOUNDS]
    return table.round(dict.fromkeys(measures, RATE_DIGITS) | dict.fromkeys(is_money, MONEY_DIGITS))


_BOUNDS = ("difference", "lower", "upper")
