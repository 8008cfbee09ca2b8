"""The purchase models' mathematics: published fits and figures, gradients, odd data, the season."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from customer_value import clv, season
from hypothesis import given, settings
from hypothesis import strategies as st
from purchase_models import (
    BG_NBD,
    GAMMA_GAMMA,
    MBG_NBD,
    cdnow_orders,
    cdnow_summary,
    exact_orders,
    simulated_cohorts,
    simulated_customers,
    simulated_truth,
)
from scipy.stats import chi2

TODAY = pd.Timestamp("2024-07-01")


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    return cdnow_summary(cdnow_orders())


def fit_orders(summary: pd.DataFrame, model: str) -> clv.Fit:
    return clv.fit_orders(
        summary["x"], summary["t_x"], summary["T"], np.ones(len(summary)), model, horizon=39
    )


@pytest.fixture(scope="module")
def cdnow_fits(cdnow) -> dict[str, clv.Fit]:
    return {model: fit_orders(cdnow, model) for model in clv.ORDER_MODELS} | {
        "gamma_gamma": clv.fit_value(cdnow["x"], cdnow["m"], np.ones(len(cdnow)))
    }


def predicted(theta, x, t_x, T, horizon, shift=0) -> float:
    arrays = (np.array([float(value)]) for value in (x, t_x, T))
    return float(clv.expected_orders(theta, shift, *arrays, horizon)[0])


def slope(loss, logs: np.ndarray, *rows: np.ndarray) -> np.ndarray:
    step = 1e-5
    return np.array(
        [
            (loss(logs + move, *rows)[0] - loss(logs - move, *rows)[0]) / (2 * step)
            for move in np.eye(len(logs)) * step
        ]
    )


# CDNOW


def test_the_cdnow_sample_has_the_published_summary(cdnow):
    assert len(cdnow) == 2_357
    assert cdnow["x"].sum() == 2_457
    assert (cdnow["x"] == 0).sum() == 1_411
    assert cdnow["x"].max() == 29
    repeat_buyers = cdnow[cdnow["x"] > 0]
    # Published from means that were rounded to other places.
    assert repeat_buyers["m"].corr(repeat_buyers["x"]) == pytest.approx(0.113884, abs=5e-6)


@pytest.mark.parametrize(
    ("model", "parameters", "log_likelihood"),
    [
        ("bg_nbd", BG_NBD, -9582.429),
        ("mbg_nbd", MBG_NBD, -9582.136),
        ("gamma_gamma", GAMMA_GAMMA, -4055.918),
    ],
)
def test_fits_of_cdnow_are_the_published_ones(cdnow_fits, model, parameters, log_likelihood):
    fit = cdnow_fits[model]

    assert (fit.status, fit.reason) == ("ok", "")
    assert list(fit.parameters) == list(clv.PARAMETERS[model])
    assert tuple(fit.parameters.values()) == pytest.approx(parameters, rel=1e-4)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-3)
    assert fit.gradient_norm < 1e-5


@pytest.mark.parametrize(
    ("model", "errors"),
    [("bg_nbd", (0.012557, 0.378221, 0.185733, 0.705406)), ("gamma_gamma", (1.190, 0.290, 4.160))],
)
def test_standard_errors_of_cdnow_are_the_published_ones(cdnow_fits, model, errors):
    fit = cdnow_fits[model]

    assert list(fit.standard_errors) == list(fit.parameters)
    assert tuple(fit.standard_errors.values()) == pytest.approx(errors, rel=1e-3)


@pytest.mark.parametrize("model", clv.ORDER_MODELS)
def test_only_alpha_and_the_density_depend_on_the_unit_of_time(cdnow, cdnow_fits, model):
    in_weeks = cdnow_fits[model]
    in_days = fit_orders(cdnow.assign(t_x=cdnow["t_x"] * 7, T=cdnow["T"] * 7), model)

    unit = {"alpha": 7}
    for name, value in in_weeks.parameters.items():
        factor = unit.get(name, 1)
        assert in_days.parameters[name] == pytest.approx(value * factor, rel=1e-6)
        assert in_days.standard_errors[name] == pytest.approx(
            in_weeks.standard_errors[name] * factor, rel=1e-3
        )
    assert in_days.log_likelihood == pytest.approx(
        in_weeks.log_likelihood - 2_457 * np.log(7), abs=1e-4
    )


def test_only_gamma_and_the_density_depend_on_the_unit_of_money(cdnow, cdnow_fits):
    one = np.ones(len(cdnow))
    in_dollars = cdnow_fits["gamma_gamma"]
    in_cents = clv.fit_value(cdnow["x"], cdnow["m"] * 100, one)

    for name, factor in {"p": 1, "q": 1, "gamma": 100}.items():
        assert in_cents.parameters[name] == pytest.approx(
            in_dollars.parameters[name] * factor, rel=1e-6
        )
    assert in_cents.log_likelihood == pytest.approx(
        in_dollars.log_likelihood - 946 * np.log(100), abs=1e-4
    )


@pytest.mark.parametrize("model", clv.ORDER_MODELS)
def test_a_weight_counts_like_so_many_rows_in_any_order(cdnow, cdnow_fits, model):
    grouped = cdnow.groupby(["x", "t_x", "T"], as_index=False).size()
    shuffled = grouped.sample(frac=1, random_state=7)
    columns = [shuffled[name] for name in ["x", "t_x", "T", "size"]]
    fit = clv.fit_orders(*columns, model, horizon=39)

    assert fit.parameters == pytest.approx(cdnow_fits[model].parameters, rel=1e-8)
    assert fit.standard_errors == pytest.approx(cdnow_fits[model].standard_errors, rel=1e-6)
    assert fit.log_likelihood == pytest.approx(cdnow_fits[model].log_likelihood, rel=1e-9)


def test_twice_the_customers_leave_the_parameters_and_halve_their_variance(cdnow, cdnow_fits):
    two = np.full(len(cdnow), 2.0)
    twice = [
        (clv.fit_orders(cdnow["x"], cdnow["t_x"], cdnow["T"], two, "bg_nbd"), "bg_nbd"),
        (clv.fit_value(cdnow["x"], cdnow["m"], two), "gamma_gamma"),
    ]
    for fit, model in twice:
        once = cdnow_fits[model]
        assert fit.parameters == pytest.approx(once.parameters, rel=2e-8)
        for name, error in once.standard_errors.items():
            assert fit.standard_errors[name] == pytest.approx(error / np.sqrt(2), rel=1e-3)


def test_the_order_of_rows_does_not_matter_to_the_last_digit(cdnow, cdnow_fits):
    shuffled = cdnow.sample(frac=1, random_state=3)

    assert fit_orders(shuffled, "bg_nbd") == cdnow_fits["bg_nbd"]
    assert (
        clv.fit_value(shuffled["x"], shuffled["m"], np.ones(len(cdnow)))
        == cdnow_fits["gamma_gamma"]
    )


# Predictions


@pytest.mark.parametrize(
    ("x", "t_x", "T", "horizon", "value", "digits"),
    [
        (2, 30.43, 38.86, 39, 1.2259058, 1e-6),
        (0, 0, 0, 1, 0.0532, 5e-5),
        (0, 0, 0, 3, 0.1506, 5e-5),
        (0, 0, 0, 32, 1.0437, 5e-5),
        # Published from parameters that differ in the fifth digit.
        (0, 0, 0, 78, 1.8576, 5e-4),
        (26, 30.857, 31, 52, 25.75659, 1e-3),
        (10, 20, 39, 52, 0.3474606, 5e-5),
        (15, 20, 39, 52, 0.04283391, 5e-6),
        (20, 20, 39, 52, 0.004158973, 5e-7),
        (25, 20, 39, 52, 0.0003583685, 5e-8),
        (200, 38.86, 38.86, 39, 137.353218606, 1e-5),
        (1000, 38.86, 38.86, 39, 687.120936369, 5e-5),
        (5000, 38.86, 38.86, 39, 3435.96430585, 3e-4),
    ],
)
def test_expected_orders_are_the_published_ones(x, t_x, T, horizon, value, digits):
    assert predicted(BG_NBD, x, t_x, T, horizon) == pytest.approx(value, abs=digits)


CASES = [
    (theta, shift, x, t_x, T, horizon)
    for theta in [
        BG_NBD,
        MBG_NBD,
        (0.11, 2.24, 0.31, 0.50),
        (0.9, 60.0, 0.02, 0.4),
        (1.2, 90.0, 1.0001, 5.0),
        (2.0, 200.0, 8.0, 70.0),
    ]
    for shift in (0, 1)
    for x, t_x, T in [
        (0, 0, 0),
        (0, 0, 1),
        (0, 0, 700),
        (1, 0.5, 1),
        (3, 40, 400),
        (40, 390, 400),
        (200, 272, 272),
        (1000, 1200, 1210),
        (5000, 5400, 5400),
    ]
    for horizon in (1, 39, 365)
]
CASES += [(BG_NBD, 0, x, 38.86, 38.86, 39) for x in (200, 1000, 5000)]


def test_expected_orders_agree_with_the_closed_form_in_fifty_digits():
    values = np.array([predicted(*case[:1], *case[2:], shift=case[1]) for case in CASES])
    exact = np.array([exact_orders(*case) for case in CASES])

    assert np.isfinite(values).all()
    np.testing.assert_allclose(values, exact, rtol=1e-6, atol=1e-12)


def test_expected_orders_are_right_to_six_digits_wherever_parameters_are_plausible():
    """Corners of the grid that DECISIONS.md speaks of: a year, as of the last order."""
    grid = product(
        (0.1, 1, 5),
        (1, 30),
        (0.05, 0.5, 2, 10),
        (0.05, 0.5, 2, 10),
        (0, 1),
        (0, 1, 10, 90, 110, 300),
    )
    cases = [
        ((r, alpha, a, b), shift, x, max(x, 1), max(x, 1), 365)
        for r, alpha, a, b, shift, x in grid
        # A pole of the closed form.
        if a + b + x + shift != 1
    ]
    values = [predicted(*case[:1], *case[2:], shift=case[1]) for case in cases]

    np.testing.assert_allclose(values, [exact_orders(*case) for case in cases], rtol=1.5e-7)


def test_where_the_hypergeometric_function_has_no_value_expected_orders_have_one():
    assert predicted((0.11, 2.24, 0.31, 0.50), 0, 0, 1, 30) == pytest.approx(0.56458861553278)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    log_parameters=st.tuples(
        st.floats(-3, 1), st.floats(2, 6), st.floats(-3, 2.5), st.floats(-2, 3.3)
    ),
    shift=st.sampled_from([0, 1]),
    T=st.sampled_from([1, 7, 90, 1500]),
    x=st.integers(0, 150),
    last=st.floats(0.3, 1),
    horizon=st.sampled_from([1, 30, 365, 730]),
)
def test_expected_orders_agree_with_the_closed_form(log_parameters, shift, T, x, last, horizon):
    theta = np.exp(log_parameters)
    x = min(x, T)
    t_x = T * last if x else 0.0

    assert predicted(theta, x, t_x, T, horizon, shift) == pytest.approx(
        exact_orders(theta, shift, x, t_x, T, horizon), rel=2e-5, abs=1e-9
    )


def test_expected_orders_grow_with_the_horizon_and_start_at_nothing():
    values = [predicted(BG_NBD, 2, 30, 39, horizon) for horizon in (0, 1e-6, 1, 10, 100, 1e4)]

    assert values[0] == 0
    assert values == sorted(values)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(a=st.floats(0.02, 50), b=st.floats(0.02, 2_000))
def test_dropout_nodes_have_the_moments_of_the_beta_distribution(a, b):
    nodes, weights = clv.dropout_nodes(a, b)

    assert len(nodes) == len(weights) == clv.NODE_COUNT
    assert (np.diff(nodes) > 0).all()
    assert nodes[0] > 0
    assert nodes[-1] <= 1
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    moment = 1.0
    for power in range(1, 7):
        moment *= (a + power - 1) / (a + b + power - 1)
        # Below MAX_CUBED the nodes lose digits, the more the higher the moment.
        tolerance = 2e-2 if 50 < b <= clv.MAX_CUBED else 1e-6
        assert weights @ nodes**power == pytest.approx(moment, rel=tolerance)


@pytest.mark.parametrize(("m", "value"), [(30, 30.66543), (35, 35.02792), (40, 39.39041)])
def test_expected_value_is_the_published_one(m, value):
    assert clv.expected_value((6.25, 3.74, 15.44), 3, m) == pytest.approx(value, abs=5e-6)


def test_the_parameter_variance_is_how_far_predictions_move_from_sample_to_sample(cdnow):
    """The delta method against a bootstrap, in the mean over customers."""
    rng = np.random.default_rng(11)
    fit = fit_orders(cdnow, "bg_nbd")
    columns = [cdnow[name].to_numpy() for name in ["x", "t_x", "T"]]
    logs = []
    for _ in range(40):
        weight = rng.poisson(1.0, len(cdnow)).astype(float)
        drawn = clv.fit_orders(*columns, weight, "bg_nbd")
        theta = list(drawn.parameters.values())
        logs.append(np.log(clv.expected_orders(theta, 0, *columns, 39)))

    assert fit.parameter_variance == pytest.approx(np.var(logs, axis=0).mean(), rel=0.5)


# Gradients and likelihoods


def some_customers(seed: int, count: int = 60) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    x = rng.poisson(rng.gamma(0.7, 3, count)).astype(float)
    T = rng.uniform(1, 400, count)
    t_x = np.where(x > 0, T * rng.uniform(0.05, 1, count), 0.0)
    return x, t_x, T, rng.integers(1, 5, count).astype(float)


LOGS = st.tuples(st.floats(-3, 3), st.floats(-2, 6), st.floats(-3, 3), st.floats(-3, 3))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(logs=LOGS, shift=st.sampled_from([0, 1]), seed=st.integers(0, 1_000))
def test_the_gradient_of_the_orders_likelihood_is_its_slope(logs, shift, seed):
    x, t_x, T, weight = some_customers(seed)

    def loss(logs, *rows):
        return clv._order_loss(logs, shift, *rows)

    _, gradient = loss(np.array(logs), x, t_x, T, weight)
    expected = slope(loss, np.array(logs), x, t_x, T, weight)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(logs=LOGS.map(lambda logs: logs[:3]), seed=st.integers(0, 1_000))
def test_the_gradient_of_the_value_likelihood_is_its_slope(logs, seed):
    x, _, m, weight = some_customers(seed)
    rows = (x[x > 0], m[x > 0], weight[x > 0])

    _, gradient = clv._value_loss(np.array(logs), *rows)
    expected = slope(clv._value_loss, np.array(logs), *rows)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shift", [0, 1])
def test_the_orders_likelihood_is_that_of_an_established_package(shift):
    lifetimes = pytest.importorskip("lifetimes")
    theirs = [lifetimes.BetaGeoFitter, lifetimes.ModifiedBetaGeoFitter][shift]

    for seed in range(20):
        x, t_x, T, weight = some_customers(seed)
        logs = np.random.default_rng(seed).uniform(-2, 3, 4)
        assert clv._order_loss(logs, shift, x, t_x, T, weight)[0] == pytest.approx(
            theirs._negative_log_likelihood(logs, x, t_x, T, weight, 0.0), rel=1e-9
        )


def test_the_value_likelihood_is_that_of_an_established_package():
    lifetimes = pytest.importorskip("lifetimes")

    for seed in range(20):
        x, _, m, weight = some_customers(seed)
        x, m, weight = x[x > 0], m[x > 0], weight[x > 0]
        logs = np.random.default_rng(seed).uniform(-1, 2, 3)
        assert clv._value_loss(logs, x, m, weight)[0] == pytest.approx(
            lifetimes.GammaGammaFitter._negative_log_likelihood(logs, x, m, weight, 0.0), rel=1e-9
        )


# Simulated customers


@pytest.fixture(scope="module")
def simulated() -> list[tuple[clv.Fit, tuple, float]]:
    """Fits of twenty retailers with the truth, and how much less likely that is than the fit."""
    runs = []
    for seed in range(20):
        model = clv.ORDER_MODELS[seed % 2]
        shift = clv.DROPOUT_SHIFTS[model]
        orders, values = simulated_truth(seed)
        customers = simulated_customers(orders, values, shift, seed, in_whole_days=False)
        one = np.ones(len(customers))
        rows = tuple(customers[name].to_numpy() for name in ["x", "t_x", "T"])
        fit = clv.fit_orders(*rows, one, model)
        loss, _ = clv._order_loss(np.log(orders), shift, *rows, one)
        runs.append((fit, orders, fit.log_likelihood + loss * len(one)))

        buyers = customers[customers["x"] > 0]
        x, one = buyers["x"].to_numpy(), np.ones(len(buyers))
        m = (buyers["repeat_revenue"] / x).to_numpy()
        fit = clv.fit_value(x, m, one)
        loss, _ = clv._value_loss(np.log(values), x, m, one)
        runs.append((fit, values, fit.log_likelihood + loss * len(one)))
    return runs


def test_fits_of_simulated_customers_miss_the_truth_by_their_standard_errors(simulated):
    misses = []
    for fit, truth, _ in simulated:
        assert fit.status == "ok"
        for true, (name, found) in zip(truth, fit.parameters.items(), strict=True):
            misses.append(np.log(found / true) / (fit.standard_errors[name] / found))
    misses = np.array(misses)

    assert (np.abs(misses) > 1.96).mean() <= 0.1
    assert np.abs(misses).max() < 4.5
    assert misses.mean() == pytest.approx(0, abs=0.3)
    assert misses.std() == pytest.approx(1, abs=0.2)


def test_the_truth_is_as_likely_as_chance_makes_it(simulated):
    """Twice the distance of the log-likelihoods is chi-squared, a degree of freedom a parameter."""
    for count in (4, 3):
        distances = [distance for _, truth, distance in simulated if len(truth) == count]
        assert len(distances) == 20
        assert min(distances) > 0
        low, high = chi2.ppf([0.005, 0.995], count * 20)
        assert low < 2 * sum(distances) < high


# Thin and odd data


def repeat_buyers(count: int, seed: int = 5) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 6, count).astype(float)
    T = rng.integers(100, 400, count).astype(float)
    return x, np.floor(T * rng.uniform(0.4, 1, count)), T, np.ones(count)


def with_one_heavy_buyer() -> tuple[np.ndarray, ...]:
    heavy = (10_000.0, 12_000.0, 12_010.0, 1.0)
    return tuple(np.append(*pair) for pair in zip(repeat_buyers(300), heavy, strict=True))


ODD_ORDERS = {
    "no customer": (np.array([]),) * 4,
    "one customer": (np.array([3.0]), np.array([20.0]), np.array([30.0]), np.array([1.0])),
    "one-time buyers": (np.zeros(50), np.zeros(50), np.arange(50.0), np.ones(50)),
    "all bought yesterday for the first time": (np.zeros(500),) * 3 + (np.ones(500),),
    "all ordered twice, and yesterday": (
        np.ones(100),
        np.full(100, 30.0),
        np.full(100, 30.0),
        np.ones(100),
    ),
    "nobody leaves": (np.full(200, 12.0), np.full(200, 364.0), np.full(200, 365.0), np.ones(200)),
    "all left": (np.ones(200), np.full(200, 1.0), np.full(200, 700.0), np.ones(200)),
    "one with ten thousand orders": with_one_heavy_buyer(),
    "one row of many customers": tuple(np.array([v]) for v in (2.0, 50.0, 90.0, 1e6)),
    "nineteen repeat buyers": repeat_buyers(19),
    "twenty repeat buyers": repeat_buyers(20),
}


def assert_is_a_fit_or_says_why_not(fit: clv.Fit) -> None:
    assert fit.status in {"ok", "at_bound", "not_fitted", "not_converged", "not_usable"}
    assert (fit.status == "ok") == (fit.reason == "")
    assert bool(fit.parameters) == (fit.status in {"ok", "at_bound"})
    assert bool(fit.standard_errors) == (fit.status == "ok")
    for value in [*fit.parameters.values(), *fit.standard_errors.values()]:
        assert np.isfinite(value)
        assert value > 0
    if fit.parameters:
        assert np.isfinite(fit.log_likelihood)
        assert np.isfinite(fit.parameter_variance)
        assert fit.parameter_variance >= 0
        assert fit.gradient_norm <= (clv.ACCEPTED_GRADIENT if fit.status == "ok" else 0.05)


@pytest.mark.parametrize("model", clv.ORDER_MODELS)
@pytest.mark.parametrize("rows", ODD_ORDERS.values(), ids=ODD_ORDERS)
def test_odd_orders_have_a_fit_or_a_reason(rows, model):
    fit = clv.fit_orders(*rows, model)

    assert_is_a_fit_or_says_why_not(fit)
    if fit.parameters:
        x, t_x, T, _ = rows
        orders = clv.expected_orders(
            list(fit.parameters.values()), clv.DROPOUT_SHIFTS[model], x, t_x, T, 365.0
        )
        assert np.isfinite(orders).all()
        assert (orders >= 0).all()


@pytest.mark.parametrize(
    "name", ["no customer", "one customer", "one-time buyers", "nineteen repeat buyers"]
)
def test_too_few_repeat_buyers_are_not_fitted(name):
    x, *_, weight = ODD_ORDERS[name]
    for fit in [
        clv.fit_orders(*ODD_ORDERS[name]),
        clv.fit_value(x, np.full(len(x), 10.0), weight),
    ]:
        assert fit.status == "not_fitted"
        assert f"for some value: {int((x > 0).sum())};" in fit.reason


@pytest.mark.parametrize(
    ("x", "m"),
    [
        (np.array([]), np.array([])),
        (np.full(60, 3.0), np.full(60, 25.0)),
        (np.arange(1.0, 61.0), np.full(60, 25.0)),
        (np.ones(60), np.geomspace(1e-3, 1e9, 60)),
        (np.ones(60), np.append(np.full(59, 10.0), 1e7)),
        (np.full(60, 3.0), np.full(60, -5.0)),
        (np.full(60, 3.0), np.full(60, np.nan)),
    ],
    ids=["none", "equal", "equal means", "any size", "one outlier", "negative", "unknown"],
)
def test_odd_values_have_a_fit_or_a_reason(x, m):
    fit = clv.fit_value(x, m, np.ones(len(x)))

    assert_is_a_fit_or_says_why_not(fit)
    if fit.parameters:
        assert fit.parameters["q"] > 1
        values = clv.expected_value(list(fit.parameters.values()), x, m)
        assert np.isfinite(values).all()
        assert (values > 0).all()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((1, 31, 30), "Row 2 has repeat_count 1, last_order_age 31 and age 30"),
        ((-1, 0, 30), "Row 2 has repeat_count -1"),
        ((1, -2, 30), "Row 2 has repeat_count 1, last_order_age -2"),
    ],
)
def test_a_row_that_cannot_be_is_named(row, message):
    x, t_x, T, weight = repeat_buyers(30)
    x[2], t_x[2], T[2] = row

    with pytest.raises(ValueError, match=message):
        clv.fit_orders(x, t_x, T, weight)


def test_an_unknown_model_is_named():
    with pytest.raises(ValueError, match="'pareto' is none of bg_nbd, mbg_nbd"):
        clv.fit_orders(*repeat_buyers(30), "pareto")


# Tables


def clock_of(days: int, intensity: float = 1.0, name: str = "calendar") -> pd.DataFrame:
    dates = pd.date_range(end=TODAY - pd.Timedelta(days=1), periods=days)
    operational = np.arange(1 - days, 1) * intensity
    return pd.DataFrame({"clock": name, "calendar_date": dates, "operational_days": operational})


def patterns(count: int = 1_000) -> tuple[pd.DataFrame, pd.DataFrame]:
    customers = simulated_customers((0.8, 60, 0.8, 2.5), (6, 4, 15), 0, seed=1, count=count)
    repeat_buyers = customers[customers["x"] > 0]
    return (
        pd.DataFrame(
            {
                "repeat_count": customers["x"].astype(int),
                "last_order_age_days": customers["t_x"].astype(int),
                "age_days": customers["T"].astype(int),
                "fitted_customer_count": 1,
                "all_customer_count": count,
            }
        ),
        pd.DataFrame(
            {
                "repeat_count": repeat_buyers["x"].astype(int),
                "mean_repeat_value": repeat_buyers["repeat_revenue"] / repeat_buyers["x"],
                "fitted_customer_count": 1,
            }
        ),
    )


def test_tables_without_a_row_have_the_types_of_those_with_some():
    purchases, values = patterns()
    full = clv.parameter_frame(clv.fit_date(TODAY, purchases, values, clock_of(800)))
    empty = clv.parameter_frame([])
    counts = purchases.assign(as_of_date=TODAY)[["as_of_date", "repeat_count"]]

    assert len(empty) == 0
    assert full["status"].tolist() == ["ok"] * 3
    pd.testing.assert_series_equal(empty.dtypes, full.dtypes)
    full_nodes = clv.node_frame(full, counts)
    empty_nodes = clv.node_frame(empty, counts)
    assert len(empty_nodes) == 0
    assert len(full_nodes) == 2 * counts["repeat_count"].nunique() * clv.NODE_COUNT
    pd.testing.assert_series_equal(empty_nodes.dtypes, full_nodes.dtypes)


def test_a_date_without_customers_has_fits_that_say_so():
    purchases, values = patterns()
    fits = clv.fit_date(TODAY, purchases.iloc[:0], values.iloc[:0], clock_of(800))
    frame = clv.parameter_frame(fits)

    assert frame["model"].tolist() == ["bg_nbd", "mbg_nbd", "gamma_gamma"]
    assert frame["status"].tolist() == ["not_fitted"] * 3
    assert frame["r"].isna().all()
    assert len(clv.node_frame(frame, pd.DataFrame({"as_of_date": [], "repeat_count": []}))) == 0


def test_a_clock_that_runs_twice_as_fast_doubles_alpha():
    purchases, values = patterns()
    clock = pd.concat([clock_of(800), clock_of(800, 2.0, "seasonal")])
    frame = clv.parameter_frame(clv.fit_date(TODAY, purchases, values, clock))
    frame = frame.set_index(["model", "clock"])

    for model in clv.ORDER_MODELS:
        calendar, fast = frame.loc[(model, "calendar")], frame.loc[(model, "seasonal")]
        assert fast["alpha"] == pytest.approx(2 * calendar["alpha"], rel=1e-6)
        assert fast["b"] == pytest.approx(calendar["b"], rel=1e-6)


def test_less_is_fitted_where_less_is_read():
    purchases, values = patterns()
    clock = pd.concat([clock_of(800), clock_of(800, 2.0, "seasonal")])
    full = clv.fit_date(TODAY, purchases, values, clock)
    plain = clv.fit_date(TODAY, purchases, values, clock_of(800), ("bg_nbd",), False)

    assert [(row[1], row[-1].model) for row in plain] == [
        ("calendar", "bg_nbd"),
        ("calendar", "gamma_gamma"),
    ]
    for fit in (row[-1] for row in plain):
        [same] = [row[-1] for row in full if row[1] == "calendar" and row[-1].model == fit.model]
        assert same.parameter_variance > 0
        assert replace(same, parameter_variance=None) == fit


def test_a_sample_is_said():
    purchases, values = patterns()
    purchases = purchases.assign(all_customer_count=1_234_567)
    reasons = {fit.reason for *_, fit in clv.fit_date(TODAY, purchases, values, clock_of(800))}

    assert reasons == {"a sample by hash of 1,000 of 1,234,567 customers"}


# The season


SEASON = np.array([0.8, 0.75, 0.9, 0.95, 1, 1, 0.9, 0.85, 1.05, 1.2, 1.6, 1.3])
VALUES = np.array([0.95, 0.95, 1, 1, 1, 1, 0.97, 1, 1, 1, 1.1, 1.2])


def test_a_season_is_found_whatever_cohorts_and_ages_do():
    cohorts = simulated_cohorts(24, SEASON, VALUES)
    found = season.fit(cohorts)

    weights = season.DAYS
    assert (found.status, found.reason) == ("ok", "")
    assert np.average(found.order_intensity, weights=weights) == pytest.approx(1)
    assert np.average(found.value_index, weights=weights * found.order_intensity) == pytest.approx(
        1
    )
    wanted = SEASON / np.average(SEASON, weights=weights)
    np.testing.assert_allclose(found.order_intensity, wanted, rtol=0.08)
    wanted = VALUES / np.average(VALUES, weights=weights * SEASON)
    np.testing.assert_allclose(found.value_index, wanted, rtol=0.06)


def test_no_season_is_found_where_there_is_none():
    found = season.fit(simulated_cohorts(24, np.ones(12), np.ones(12)))

    assert found.status == "ok"
    np.testing.assert_allclose(found.order_intensity, 1, rtol=0.08)
    np.testing.assert_allclose(found.value_index, 1, rtol=0.05)


def test_the_season_does_not_depend_on_the_order_of_rows():
    cohorts = simulated_cohorts(20, SEASON, VALUES)
    shuffled = cohorts.sample(frac=1, random_state=2)
    found, again = season.fit(cohorts), season.fit(shuffled)

    np.testing.assert_array_equal(found.order_intensity, again.order_intensity)
    np.testing.assert_array_equal(found.value_index, again.value_index)


@pytest.mark.parametrize(
    ("cohorts", "reason"),
    [
        (simulated_cohorts(10, SEASON, VALUES), "9 complete months"),
        (simulated_cohorts(24, SEASON, VALUES, rate=1e-5), "repeat orders in complete months"),
        (simulated_cohorts(24, SEASON, VALUES).iloc[:0], "0 complete months"),
    ],
    ids=["few months", "few orders", "none"],
)
def test_no_season_comes_of_little(cohorts, reason):
    found = season.fit(cohorts)

    assert found.status == "not_fitted"
    assert reason in found.reason
    assert (found.order_intensity == 1).all()
    assert (found.value_index == 1).all()


def test_odd_cohorts_have_a_finite_season():
    cohorts = simulated_cohorts(20, SEASON, VALUES)
    months = cohorts["order_month"]
    odd = {
        "closed in May": cohorts.assign(
            order_day_count=cohorts["order_day_count"].where(months.dt.month != 5, 0)
        ),
        "without revenue": cohorts.assign(net_revenue=0.0),
        "returns beyond sales": cohorts.assign(net_revenue=-cohorts["net_revenue"]),
    }
    for name, rows in odd.items():
        found = season.fit(rows)
        assert np.isfinite(found.order_intensity).all(), name
        assert np.isfinite(found.value_index).all(), name
        assert (found.order_intensity > 0).all(), name


def test_the_season_is_a_table_of_twelve_months_a_date():
    frame = season.frame([(TODAY, season.fit(simulated_cohorts(24, SEASON, VALUES)))])
    empty = season.frame([])

    assert frame["month_number"].tolist() == list(range(1, 13))
    pd.testing.assert_series_equal(empty.dtypes, frame.dtypes)


def test_the_season_is_the_same_whatever_an_engine_makes_of_the_last_places():
    cohorts = simulated_cohorts(24, SEASON, VALUES)
    noise = 1 + np.random.default_rng(3).uniform(-1e-12, 1e-12, len(cohorts))
    otherwise = cohorts.assign(usual_revenue=cohorts["usual_revenue"] * noise)
    found, again = season.fit(cohorts), season.fit(otherwise)
    frame = season.frame([(TODAY, found)])

    assert (found.value_index != again.value_index).any()
    pd.testing.assert_frame_equal(season.frame([(TODAY, again)]), frame, check_exact=True)
    for name in ["order_intensity", "value_index"]:
        assert np.round(frame[name], season.FACTOR_DIGITS).equals(frame[name])
        np.testing.assert_allclose(frame[name], getattr(found, name), atol=0.6e-6)
