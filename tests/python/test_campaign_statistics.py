"""What campaigns are judged by: against published figures, raw rows, and simulated campaigns.

Coverage and false alarms are shares of 500 runs with a fixed seed. By chance alone, such a share of
95 % has a standard error of 1 %: 93 to 97 % is two of them. Ten seeds, 5,000 runs, gave 94.7 to
95.7 % for each interval and each size of campaign below; the seed here is one of the ten.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from customer_value import power, uplift
from customer_value.uplift import Moments
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, skew, ttest_ind
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

# A slow machine is no counterexample.
without_deadline = settings(deadline=None)
RUNS = 500
KEPT = (0.93, 0.97)
FALSE_ALARMS = (0.04, 0.06)


def moments(revenue: np.ndarray, prior: np.ndarray | None = None) -> Moments:
    prior = np.zeros_like(revenue) if prior is None else prior
    return Moments(
        *(len(revenue), revenue.sum(), (revenue**2).sum()),
        *(prior.sum(), (prior**2).sum(), (prior * revenue).sum()),
    )


def covers(result: uplift.Difference, truth: float) -> bool:
    return result.lower <= truth <= result.upper


def within(share: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= share <= bounds[1]


# ---------------------------------------------------------------- against others


@pytest.mark.parametrize(
    ("counts", "lower", "upper"),
    [
        ((70, 56, 80, 48), 0.0524, 0.3339),
        ((10, 9, 10, 3), 0.1705, 0.8090),
        ((7, 6, 7, 2), 0.0582, 0.8062),
        ((56, 5, 29, 0), -0.0381, 0.1926),
        ((10, 0, 20, 0), -0.1611, 0.2775),
        ((10, 0, 10, 0), -0.2775, 0.2775),
        ((10, 10, 20, 0), 0.6791, 1.0000),
        ((10, 10, 10, 0), 0.6075, 1.0000),
    ],
)
def test_rates_have_the_intervals_that_newcombe_published(counts, lower, upper):
    # Newcombe (1998), Table II, method 10
    result = uplift.rate_difference(*counts)
    assert result.lower == pytest.approx(lower, abs=5e-5)
    assert result.upper == pytest.approx(upper, abs=5e-5)


def test_rates_are_tested_as_by_pearson():
    result = uplift.rate_difference(900, 130, 100, 8)
    expected = chi2_contingency([[130, 770], [8, 92]], correction=False)
    assert result.p_value == pytest.approx(expected.pvalue)


amounts = st.lists(st.integers(0, 1000), min_size=2, max_size=40)
customers = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=3, max_size=40)


@without_deadline
@given(amounts, amounts)
def test_money_is_compared_as_scipy_does_from_raw_rows(treated, control):
    treated, control = np.array(treated, dtype=float), np.array(control, dtype=float)
    result = uplift.mean_difference(moments(treated), moments(control))
    assert result.difference == pytest.approx(treated.mean() - control.mean(), abs=1e-9)
    if treated.std() == control.std() == 0:
        assert (result.lower, result.p_value) == (None, None)
        return
    expected = ttest_ind(treated, control, equal_var=True)
    interval = expected.confidence_interval()
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert result.lower == pytest.approx(interval.low, rel=1e-6, abs=1e-6)
    assert result.upper == pytest.approx(interval.high, rel=1e-6, abs=1e-6)


@without_deadline
@given(customers, customers)
def test_cuped_is_the_regression_on_the_arm_and_on_earlier_revenue(treated, control):
    treated, control = np.array(treated, dtype=float), np.array(control, dtype=float)
    result = uplift.cuped_difference(moments(*treated.T), moments(*control.T))
    revenue, prior = np.vstack([treated, control]).T
    arm = np.repeat([1.0, 0.0], [len(treated), len(control)])
    within_arms = np.concatenate([part[:, 1] - part[:, 1].mean() for part in (treated, control)])
    columns = [np.ones(len(arm)), arm] + ([prior] if np.abs(within_arms).max() > 1e-9 else [])
    fit = sm.OLS(revenue, np.column_stack(columns)).fit()
    assert result.difference == pytest.approx(fit.params[1], abs=1e-6)
    if result.lower is None:
        assert fit.ssr <= 1e-8 * max(1.0, (revenue**2).sum())
        return
    assert [result.lower, result.upper] == pytest.approx(fit.conf_int()[1], rel=1e-5, abs=1e-5)
    assert result.p_value == pytest.approx(fit.pvalues[1], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    "p_values", [[0.01, 0.04, 0.03], [0.5], [0.04, 0.04, 0.01, 0.9, 0.0, 1.0], [0.6, 0.7]]
)
def test_correction_for_several_comparisons_is_holms(p_values):
    expected = multipletests(p_values, method="holm")[1]
    assert uplift.holm(p_values) == pytest.approx(list(expected))
    assert uplift.holm([None, *p_values, None])[1:-1] == pytest.approx(list(expected))


def test_what_could_not_be_tested_stays_unknown():
    assert uplift.holm([None]) == [None]
    assert uplift.holm([]) == []


# ---------------------------------------------------------------- what must hold for any customers


@without_deadline
@given(customers, customers)
def test_swapping_the_arms_turns_the_sign(treated, control):
    arms = [moments(*np.array(rows, dtype=float).T) for rows in (treated, control)]
    for compare in (uplift.mean_difference, uplift.cuped_difference):
        there, back = compare(*arms), compare(*arms[::-1])
        assert there.difference == pytest.approx(-back.difference, abs=1e-9)
        assert there.p_value == pytest.approx(back.p_value)
        if there.lower is not None:
            assert there.lower == pytest.approx(-back.upper, abs=1e-9)
    counts = [(len(rows), sum(revenue > 250 for revenue, _ in rows)) for rows in (treated, control)]
    there = uplift.rate_difference(*counts[0], *counts[1])
    back = uplift.rate_difference(*counts[1], *counts[0])
    assert there.lower == pytest.approx(-back.upper)
    assert there.p_value == pytest.approx(back.p_value)


@without_deadline
@given(customers, customers, st.integers(-300, 300), st.integers(1, 20), st.integers(-300, 300))
def test_what_every_customer_spends_more_changes_nothing(treated, control, more, times, earlier):
    def changed(rows, more, times, earlier):
        revenue, prior = np.array(rows, dtype=float).T
        return moments(revenue * times + more, prior + earlier)

    for compare in (uplift.mean_difference, uplift.cuped_difference):
        plain = compare(*(changed(rows, 0, 1, 0) for rows in (treated, control)))
        other = compare(*(changed(rows, more, times, earlier) for rows in (treated, control)))
        assert other.difference == pytest.approx(times * plain.difference, abs=1e-5)
        assert (other.lower is None) == (plain.lower is None)
        if plain.lower is not None:
            assert other.lower == pytest.approx(times * plain.lower, rel=1e-6, abs=1e-4)
            assert other.p_value == pytest.approx(plain.p_value, rel=1e-4, abs=1e-6)


@without_deadline
@given(customers, customers, st.integers(1, 400))
def test_what_only_the_treated_spend_more_is_the_difference(treated, control, effect):
    revenue, prior = np.array(treated, dtype=float).T
    without = moments(*np.array(control, dtype=float).T)
    for compare in (uplift.mean_difference, uplift.cuped_difference):
        plain = compare(moments(revenue, prior), without)
        more = compare(moments(revenue + effect, prior), without)
        assert more.difference - plain.difference == pytest.approx(effect, abs=1e-6)


@without_deadline
@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_an_interval_of_rates_stays_among_possible_differences(treated, control, data):
    responders = [data.draw(st.integers(0, count)) for count in (treated, control)]
    result = uplift.rate_difference(treated, responders[0], control, responders[1])
    assert -1 <= result.lower <= result.difference + 1e-12
    assert result.difference - 1e-12 <= result.upper <= 1
    assert 0 <= result.p_value <= 1


def test_more_responders_than_customers_are_refused():
    with pytest.raises(ValueError, match="More customers responded than there are"):
        uplift.rate_difference(10, 11, 5, 0)


# ---------------------------------------------------------------- simulated campaigns


class Simulated:
    """Campaigns whose effect is known: customers who spend as they did before, and chance.

    Spending differs from customer to customer as order counts and order values do: both times
    Poisson orders at a rate of their own, of a value of their own. A treated customer orders once
    more with a probability of `extra`, for what the customer usually spends.
    """

    def __init__(self, customers: int, control_share: float, extra: float, seed: int):
        random = np.random.default_rng(seed)
        shape = (RUNS, customers)
        rate = random.gamma(0.8, 1.0, shape)
        usual = random.lognormal(4.0, 0.5, shape)
        self.prior = random.poisson(3 * rate) * usual * random.lognormal(-0.02, 0.2, shape)
        orders = random.poisson(rate)
        spent = usual * random.lognormal(-0.02, 0.2, shape)
        self.is_control = random.random(shape) < control_share
        has_extra = ~self.is_control & (random.random(shape) < extra)
        self.orders = orders + has_extra
        self.revenue = orders * spent + has_extra * usual
        self.has_responded = self.orders > 0
        # nobody orders with the chance (1 + 1) ** -0.8 of a Poisson-gamma mixture
        self.rate_effect = extra * 2.0**-0.8
        self.money_effect = extra * np.exp(4.0 + 0.5**2 / 2)

    def differences(self) -> dict[str, list[uplift.Difference]]:
        found = {"rates": [], "money": [], "cuped": []}
        for run in range(RUNS):
            arms = [~self.is_control[run], self.is_control[run]]
            money = [moments(self.revenue[run][arm], self.prior[run][arm]) for arm in arms]
            found["rates"].append(
                uplift.rate_difference(
                    *(
                        int(number)
                        for arm in arms
                        for number in (arm.sum(), self.has_responded[run][arm].sum())
                    )
                )
            )
            found["money"].append(uplift.mean_difference(*money))
            found["cuped"].append(uplift.cuped_difference(*money))
        return found


@pytest.mark.parametrize(("customers", "control_share"), [(2000, 0.5), (4000, 0.2)])
def test_intervals_hold_a_known_effect_in_95_of_100_campaigns(customers, control_share):
    campaigns = Simulated(customers, control_share, extra=0.1, seed=101)
    found = campaigns.differences()
    truths = {
        "rates": campaigns.rate_effect,
        "money": campaigns.money_effect,
        "cuped": campaigns.money_effect,
    }
    for name, truth in truths.items():
        share = np.mean([covers(result, truth) for result in found[name]])
        assert within(share, KEPT), (name, share)
        error = np.std([result.difference for result in found[name]]) / np.sqrt(RUNS)
        bias = np.mean([result.difference for result in found[name]]) - truth
        assert abs(bias) < 3 * error, (name, bias, error)
    plain, cuped = (
        np.mean([result.upper - result.lower for result in found[name]])
        for name in ("money", "cuped")
    )
    assert cuped < 0.85 * plain


def test_what_another_campaign_brings_in_the_same_days_falls_on_both_arms():
    random = np.random.default_rng(20110616)
    shape = (RUNS, 1500)
    first, second = random.random(shape) < 0.7, random.random(shape) < 0.5
    # the first brings 4 on the mean, the second 30, and both count for the first
    revenue = random.gamma(1.0, 80.0, shape) + first * 4.0 + second * random.gamma(0.5, 60.0, shape)
    held = [
        covers(uplift.cuped_difference(moments(money[drawn]), moments(money[~drawn])), 4.0)
        for money, drawn in zip(revenue, first, strict=True)
    ]
    assert within(np.mean(held), KEPT)


def test_without_an_effect_one_campaign_in_twenty_is_called_significant():
    found = Simulated(3000, 0.3, extra=0.0, seed=20110611).differences()
    for name, results in found.items():
        share = np.mean([result.p_value < 0.05 for result in results])
        assert within(share, FALSE_ALARMS), (name, share)


def like_real_revenue(random: np.random.Generator, customers: int) -> tuple[np.ndarray, np.ndarray]:
    """Revenue of 90 days and of the year before, as skewed as in Online Retail II: a third order,
    few spend most of it, and what they spent before says what they will."""
    usual = random.lognormal(5.0, 1.1, customers)
    prior = usual * random.lognormal(0.0, 0.5, customers)
    orders = random.random(customers) < 0.33
    return orders * usual * random.lognormal(-0.5, 0.6, customers), prior


@pytest.mark.parametrize("control_share", [0.05, 0.2, 0.5])
def test_a_small_control_of_skewed_revenue_misleads_neither_interval(control_share):
    """Of intervals for no difference, 5 % miss it; Welch's would miss it in a fifth."""
    random = np.random.default_rng(20110612)
    alarms = {"student": [], "cuped": []}
    skews = []
    for _ in range(RUNS):
        revenue, prior = like_real_revenue(random, 1000)
        skews.append(skew(revenue))
        is_control = random.random(1000) < control_share
        arms = [moments(revenue[arm], prior[arm]) for arm in (~is_control, is_control)]
        alarms["student"].append(uplift.mean_difference(*arms).p_value < 0.05)
        alarms["cuped"].append(uplift.cuped_difference(*arms).p_value < 0.05)
    assert 5 < np.median(skews) < 20
    # two standard errors of 500 runs on either side of 4 to 6 %
    for method, is_alarm in alarms.items():
        assert 0.02 < np.mean(is_alarm) < 0.08, method


def test_a_wrong_sample_ratio_is_noticed_and_a_right_one_seldom_blamed():
    random = np.random.default_rng(20110613)
    right = random.binomial(5000, 0.1, RUNS)
    p_values = [uplift.sample_ratio_p_value((5000 - held, held), (0.9, 0.1)) for held in right]
    assert within(np.mean(np.array(p_values) < 0.05), FALSE_ALARMS)
    assert np.mean(np.array(p_values) < 0.001) <= 0.006
    # 500 expected, every fifth of them lost
    wrong = random.binomial(5000, 0.08, RUNS)
    p_values = [uplift.sample_ratio_p_value((5000 - held, held), (0.9, 0.1)) for held in wrong]
    assert np.mean(np.array(p_values) < 0.001) > 0.9


def test_a_sample_ratio_knows_arms_that_were_not_planned():
    assert uplift.sample_ratio_p_value((100, 0), (1.0, 0.0)) is None
    assert uplift.sample_ratio_p_value((100, 3), (1.0, 0.0)) == 0
    assert uplift.sample_ratio_p_value((0, 0), (0.9, 0.1)) is None
    assert uplift.sample_ratio_p_value((100, 3), (0.9, float("nan"))) is None


# ---------------------------------------------------------------- tables

SUMS = list(uplift._SUMS)


def arm_rows(
    campaign_id: str,
    treated: int,
    control: int,
    *,
    scope: str = "campaign",
    scope_value: str = "all",
    responders: tuple[int, int] = (0, 0),
    spent: float = 0.0,
    share: float = 0.1,
) -> list[dict]:
    """Arms whose responders all order once, and spend and spent the same."""
    rows = []
    for arm, count, responded, planned in zip(
        ("treatment", "control"), (treated, control), responders, (1 - share, share), strict=True
    ):
        if count:
            sums = [count, responded, responded, responded, responded * spent, responded * spent**2]
            sums += [count * spent, count * spent**2, responded * spent**2]
            rows.append(
                dict(zip(SUMS, sums, strict=True))
                | {"campaign_id": campaign_id, "scope": scope, "scope_value": scope_value}
                | {"arm": arm, "planned_share": planned}
            )
    return rows


EDGES = {
    "no control": ((50, 0), (10, 0), 0.0),
    "all control": ((0, 50), (0, 10), 1.0),
    "one customer": ((1, 0), (1, 0), 0.1),
    "one each": ((1, 1), (1, 0), 0.5),
    "everyone responded": ((90, 10), (90, 10), 0.1),
    "nobody responded": ((90, 10), (0, 0), 0.1),
}


def test_campaigns_that_cannot_be_compared_have_rows_too():
    rows = []
    for name, (counts, responders, share) in EDGES.items():
        rows += arm_rows(name, *counts, responders=responders, spent=20.0, share=share)
    table = uplift.results(pd.DataFrame(rows)).set_index("campaign_id")
    assert len(table) == len(EDGES)
    for name in ("no control", "all control", "one customer"):
        assert table.loc[name].filter(like="_difference").isna().all(), name
        assert table.loc[name].filter(like="p_value").isna().all(), name
    assert table.loc["one each", "response_difference"] == 1
    assert table.loc["one each", "response_lower"] < 0
    for name in ("one each", "everyone responded", "nobody responded"):
        assert np.isnan(table.loc[name, "revenue_lower"]), name
        assert table.loc[name].filter(like="response_").notna().all(), name
        assert table.loc[name, "revenue_difference"] == (20 if name == "one each" else 0)
        assert np.isnan(table.loc[name, "cuped_revenue_p_value_holm"]), name
    assert (table.loc[["everyone responded", "nobody responded"], "response_p_value"] == 1).all()


def test_the_table_does_not_depend_on_the_order_of_rows_and_is_typed_without_any():
    rows = []
    for variant, treated in (("mail", 40), ("call", 50), ("text", 60)):
        rows += arm_rows(
            *("a", treated, 30),
            **{"scope": "variant", "scope_value": variant, "spent": 10.0},
            responders=(treated // 3, 5),
        )
    rows += arm_rows("a", 150, 30, responders=(49, 5), spent=10.0)
    rows += arm_rows("b", 150, 30, responders=(49, 5), spent=10.0)
    for build, count in ((uplift.results, 5), (uplift.ab_tests, 3)):
        table = build(pd.DataFrame(rows))
        assert len(table) == count
        pd.testing.assert_frame_equal(table, build(pd.DataFrame(rows[::-1])))
        empty = build(pd.DataFrame(columns=rows[0].keys()))
        assert empty.empty
        assert (empty.dtypes == table.dtypes).all()
    pairs = uplift.ab_tests(pd.DataFrame(rows))
    assert pairs[["variant", "other_variant"]].to_numpy().tolist() == [
        ["call", "mail"],
        ["call", "text"],
        ["mail", "text"],
    ]


def test_correction_is_over_both_outcomes_of_a_campaigns_rows_of_one_scope():
    random = np.random.default_rng(1)
    rows = []
    for campaign_id, scope, names in (
        ("a", "campaign", ["all"]),
        ("a", "segment", ["lost", "at_risk", "promising"]),
        ("b", "campaign", ["all"]),
    ):
        for name in names:
            for arm, count in (("treatment", 300), ("control", 100)):
                revenue, prior = like_real_revenue(random, count)
                money = [revenue.sum(), (revenue**2).sum()]
                money += [prior.sum(), (prior**2).sum(), (prior * revenue).sum()]
                orders = int((revenue > 0).sum())
                rows.append(
                    dict(zip(SUMS, [count, orders, orders, orders, *money], strict=True))
                    | {"campaign_id": campaign_id, "scope": scope, "scope_value": name}
                    | {"arm": arm, "planned_share": 0.25 if arm == "control" else 0.75}
                )
    table = uplift.results(pd.DataFrame(rows))
    for _, family in table.groupby(["campaign_id", "scope"]):
        p_values = family[["response_p_value", "cuped_revenue_p_value"]].to_numpy().ravel()
        found = family[["response_p_value_holm", "cuped_revenue_p_value_holm"]].to_numpy().ravel()
        assert found == pytest.approx(uplift.holm(list(p_values)), abs=1e-8)
        assert found.min() == pytest.approx(len(p_values) * p_values.min(), abs=1e-8)


# ---------------------------------------------------------------- power


def test_a_detectable_response_is_shown_in_four_of_five_campaigns():
    baseline, treated, control = 0.2, 1800, 200
    response = power.detectable_response(treated, control, baseline)
    assert power.power(treated, control, response, baseline) == pytest.approx(0.8, abs=1e-5)
    random = np.random.default_rng(20110614)
    shown = [
        uplift.rate_difference(treated, responders, control, others).p_value < 0.05
        for responders, others in zip(
            random.binomial(treated, response, RUNS),
            random.binomial(control, baseline, RUNS),
            strict=True,
        )
    ]
    # standard error 1.8 %
    assert 0.76 < np.mean(shown) < 0.84


def test_a_detectable_difference_in_money_is_shown_in_four_of_five_campaigns():
    treated, control, deviation = 900, 100, 50.0
    effect = power.detectable_revenue(treated, control, deviation)
    random = np.random.default_rng(20110615)
    shown = [
        uplift.mean_difference(
            moments(random.normal(100 + effect, deviation, treated)),
            moments(random.normal(100, deviation, control)),
        ).p_value
        < 0.05
        for _ in range(RUNS)
    ]
    assert 0.76 < np.mean(shown) < 0.84


@without_deadline
@given(st.integers(2, 20_000), st.floats(0, 1), st.floats(0, 1))
def test_the_control_needed_is_the_smallest_that_shows_the_response(customers, response, baseline):
    needed = power.control_needed(customers, response, baseline)
    if needed is None:
        half = customers // 2
        assert power.power(customers - half, half, response, baseline) < 0.8 + 1e-5
        return
    assert power.power(customers - needed, needed, response, baseline) > 0.8 - 1e-5
    assert power.power(customers - needed + 1, needed - 1, response, baseline) < 0.8 + 1e-5


@pytest.mark.parametrize(("treated", "control"), [(2, 2), (19, 2), (900, 100), (10**6, 10**5)])
def test_detectable_effects_are_those_of_statsmodels(treated, control):
    detectable = power.detectable_response(treated, control, 0.02)
    shown = power.power(treated, control, detectable, 0.02)
    assert shown == pytest.approx(0.8, abs=1e-5)
    effect = power.detectable_revenue(treated, control, 1.0)
    ratio = treated / control
    shown = TTestIndPower().power(effect, control, 0.05, ratio=ratio)
    assert shown == pytest.approx(0.8, abs=1e-3)


def test_at_the_break_even_response_a_campaign_brings_what_it_costs():
    response = power.break_even_response(0.2, 40.0, 0.5, 3.0)
    assert response * 40 == pytest.approx(0.5 + (0.2 + response) * 3)
    assert power.break_even_response(0.2, 40.0, 0.0, 0.0) == 0
    # the offer costs what the order leaves; more than everyone would have to respond
    assert power.break_even_response(0.2, 40.0, 0.5, 40.0) is None
    assert power.break_even_response(0.9, 40.0, 10.0, 3.0) is None


def test_a_plan_has_a_row_whatever_is_known():
    columns = ["campaign_id", "treated_count", "control_count", "expected_response"]
    columns += ["baseline_response", "order_margin", "revenue_deviation"]
    columns += ["cost_per_contact", "offer_cost"]
    unknown = float("nan")
    plans = pd.DataFrame(
        [
            ("usual", 900, 100, 0.1, 0.2, 40.0, 60.0, 0.5, 3.0),
            ("all control", 0, 100, 0.1, 0.2, 40.0, 60.0, 0.5, 3.0),
            ("no control", 100, 0, 0.1, 0.2, 40.0, 60.0, 0.5, 3.0),
            ("one customer", 1, 0, 0.1, 0.2, 40.0, 60.0, 0.5, 3.0),
            ("empty", 0, 0, 0.1, unknown, unknown, unknown, 0.5, 3.0),
            ("nothing expected", 900, 100, 0.0, 0.2, 40.0, 60.0, 0.5, 3.0),
            ("everyone anyway", 900, 100, 0.1, 1.0, 40.0, 60.0, 0.5, 3.0),
            ("more than everyone", 900, 100, 0.9, 0.2, 40.0, 60.0, 0.5, 3.0),
        ],
        columns=columns,
    )
    table = power.frame(plans).set_index("campaign_id")
    assert table.loc["usual"].notna().all()
    assert table.loc["usual", "power"] == pytest.approx(0.5952, abs=1e-4)
    assert table.loc["usual", "control_count_needed"] == 178
    assert table.loc["more than everyone", "power"] == pytest.approx(1)
    for name in ("all control", "no control", "one customer", "empty", "everyone anyway"):
        assert np.isnan(table.loc[name, "minimum_detectable_response"]), name
    assert table.loc["no control", "power"] == 0
    assert table.loc["empty"].isna().all()
    assert table.loc[["nothing expected", "everyone anyway"], "power"].isna().all()
    pd.testing.assert_frame_equal(power.frame(plans), power.frame(plans[::-1]))
    assert (power.frame(plans[:0]).dtypes == power.frame(plans).dtypes).all()
