"""Churn and value tiers: what SQL scores, what fits make of data, and how builds go without."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Build, line
from customer_value import challengers, churn, value_tiers
from customer_value.scaling import standardise, unscale
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, roc_auc_score
from sklearn.model_selection import KFold, cross_val_predict
from threadpoolctl import threadpool_limits

TODAY = pd.Timestamp("2024-07-01")
CUTOFFS = [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-01")]
FEATURES = ["alpha", "beta", "gamma", "delta"]


def frame(built: Build, sql: str) -> pd.DataFrame:
    path = str(built.folder / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        rows = connection.execute(sql).df()
    for name in rows.columns.intersection(["as_of_date", "cutoff_date"]):
        rows[name] = rows[name].astype("datetime64[ns]")
    return rows


class Sample:
    """What the sample's fits are made from, and what SQL makes of them."""

    def __init__(self, built: Build):
        self.training = frame(built, "from int_training_sets")
        self.scales = frame(built, "from int_feature_scales")
        self.vectors = frame(built, "from int_customers__feature_vectors")
        self.features = sorted(self.scales["feature"].unique())

    def fits(self) -> list[tuple[pd.Timestamp, int]]:
        keys = self.training[["as_of_date", "horizon_days"]].drop_duplicates()
        return sorted(keys.itertuples(index=False, name=None))

    def rows(self, as_of_date: pd.Timestamp, horizon_days: int) -> pd.DataFrame:
        return self.training[
            (self.training["as_of_date"] == as_of_date)
            & (self.training["horizon_days"] == horizon_days)
        ]

    def standardised(self, rows: pd.DataFrame, column: str) -> np.ndarray:
        """Standard deviations from the mean of the row's date, which stands in the column."""
        result = []
        for moment in ["feature_mean", "feature_deviation"]:
            wide = self.scales.pivot_table(index="as_of_date", columns="feature", values=moment)
            result.append(wide.loc[rows[column], self.features].to_numpy())
        means, deviations = result
        distances = rows[self.features].to_numpy(dtype=float) - means
        return np.where(deviations > 0, distances / np.where(deviations > 0, deviations, 1), 0)


@pytest.fixture(scope="module")
def sample(sample_build) -> Sample:
    return Sample(sample_build)


def published_model() -> LogisticRegression:
    return LogisticRegression(C=1 / churn.PENALTY, solver="newton-cholesky", tol=1e-9, max_iter=200)


def simulated(
    seed: int, customer_count: int = 500, is_informative: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training rows of three cut-offs, and scales; who churns goes by features, or by nothing."""
    rng = np.random.default_rng(seed)
    rows, scales = [], []
    for number, cutoff in enumerate([*CUTOFFS, TODAY]):
        # All customers grow older from date to date.
        values = rng.normal([number, 10 * number, 0, 5], [1, 20, 0.1, 3], (customer_count, 4))
        table = pd.DataFrame(values, columns=FEATURES)
        log_odds = (values[:, 0] - number) + (values[:, 1] - 10 * number) / 20
        chance = 1 / (1 + np.exp(-log_odds)) if is_informative else np.full(customer_count, 0.5)
        orders = np.where(
            rng.random(customer_count) < chance, 0, 1 + rng.poisson(2, customer_count)
        )
        rows.append(
            table.assign(
                cutoff_date=cutoff,
                customer_id=[f"c{n:04}" for n in range(customer_count)],
                actual_orders=orders,
                actual_revenue=orders * 10.0,
                actual_tier=np.select(
                    [orders > 3, orders > 2, orders > 0], ["platinum", "gold", "silver"], "bronze"
                ),
            )
        )
        scales.append(
            pd.DataFrame(
                {
                    "as_of_date": cutoff,
                    "feature": FEATURES,
                    "feature_mean": values.mean(axis=0),
                    "feature_deviation": values.std(axis=0),
                }
            )
        )
    return pd.concat(rows, ignore_index=True), pd.concat(scales, ignore_index=True)


def split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is learned from, and the customers of today."""
    is_now = rows["cutoff_date"] == TODAY
    return rows[~is_now], rows[is_now]


# SQL scores


def test_every_churn_score_of_sql_is_scikit_learns_own(sample, sample_build):
    scores = frame(sample_build, "from int_churn__scores")
    assert len(sample.fits()) > 6
    compared = 0
    for as_of_date, horizon_days in sample.fits():
        rows = sample.rows(as_of_date, horizon_days)
        model = published_model().fit(
            sample.standardised(rows, "cutoff_date"), rows["actual_orders"] == 0
        )
        customers = sample.vectors[sample.vectors["as_of_date"] == as_of_date]
        risk = model.predict_proba(sample.standardised(customers, "as_of_date"))[:, 1]
        in_sql = scores[
            (scores["as_of_date"] == as_of_date) & (scores["horizon_days"] == horizon_days)
        ].set_index("customer_id")["churn_risk"]
        assert len(in_sql) == len(customers)
        np.testing.assert_allclose(in_sql.loc[customers["customer_id"]], risk, rtol=0, atol=1e-9)
        compared += len(customers)
    assert compared == len(scores)


@pytest.mark.parametrize(
    ("topic", "features"),
    [
        ("returns", ["return_share"]),
        ("habits", ["weekend_order_share", "evening_order_share", "is_abroad"]),
    ],
)
def test_no_reason_denies_its_own_words(sample, sample_build, topic, features):
    """Whatever sign a coefficient has by chance, "a high share of returns" has one to show."""
    scores = frame(sample_build, f"from int_customers__churn_parts where {topic}_part > 0")
    means = sample.scales.pivot_table(index="as_of_date", columns="feature", values="feature_mean")
    vectors = sample.vectors.set_index(["as_of_date", "customer_id"])[features]
    here = vectors.loc[list(scores[["as_of_date", "customer_id"]].itertuples(index=False))]
    above = here.to_numpy(dtype=float) > means.loc[scores["as_of_date"], features].to_numpy()

    assert above.any(axis=1).all()


def test_every_value_tier_of_sql_is_scikit_learns_own(sample, sample_build):
    scores = frame(sample_build, "from int_value_tiers__scores")
    assert len(scores) > 1000
    fits = scores[["as_of_date", "horizon_days"]].drop_duplicates()
    for as_of_date, horizon_days in fits.itertuples(index=False):
        rows = sample.rows(as_of_date, horizon_days)
        model = published_model().fit(sample.standardised(rows, "cutoff_date"), rows["actual_tier"])
        customers = sample.vectors[sample.vectors["as_of_date"] == as_of_date]
        tiers = model.predict(sample.standardised(customers, "as_of_date"))
        in_sql = scores[
            (scores["as_of_date"] == as_of_date) & (scores["horizon_days"] == horizon_days)
        ].set_index("customer_id")["value_tier"]
        assert in_sql.loc[customers["customer_id"]].tolist() == tiers.tolist()


def test_metrics_of_tiers_are_those_of_an_established_package(sample_build):
    tiers = frame(sample_build, "from int_backtest__tiers")
    metrics = frame(
        sample_build,
        "from int_backtest__tier_metrics where metric <> 'cross_validated_accuracy'",
    ).set_index(["cutoff_date", "horizon_days", "model", "metric"])["value"]
    groups = tiers.groupby(["cutoff_date", "horizon_days", "model"])
    assert len(groups) > 80
    for key, rows in groups:
        came, foreseen = rows["realised_tier"], rows["predicted_tier"]
        expected = {
            "accuracy": accuracy_score(came, foreseen),
            "macro_f1": f1_score(came, foreseen, average="macro"),
            "weighted_kappa": cohen_kappa_score(
                came, foreseen, labels=value_tiers.TIERS, weights="quadratic"
            ),
        }
        for metric, value in expected.items():
            assert metrics[*key, metric] == pytest.approx(value, rel=0, abs=1e-9), (key, metric)


def test_every_feature_is_of_one_topic(sample, sample_build):
    drivers = frame(sample_build, "from churn_drivers")

    assert sorted(drivers["feature"]) == sample.features


# Fits


@pytest.fixture(scope="module")
def newest(sample) -> tuple[pd.Timestamp, pd.DataFrame, pd.DataFrame]:
    """The newest fit of the sample: its date, its rows and scales, and customers to score."""
    as_of_date, horizon_days = sample.fits()[-1]
    return as_of_date, sample.rows(as_of_date, horizon_days), sample.scales


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_fit_depends_neither_on_the_order_of_rows_nor_on_threads(newest, threads):
    as_of_date, rows, scales = newest
    mixed, mixed_scales = (
        table.sample(frac=1, random_state=threads).reset_index(drop=True)
        for table in (rows, scales)
    )
    with threadpool_limits(limits=threads):
        assert churn.fit(mixed, mixed_scales, as_of_date) == churn.fit(rows, scales, as_of_date)
        assert value_tiers.fit(mixed, mixed_scales, as_of_date) == value_tiers.fit(
            rows, scales, as_of_date
        )


def test_cross_validation_and_challengers_depend_neither_on_the_order_of_rows_nor_on_threads():
    rows, scales = simulated(1)
    training, customers = split(rows)
    expected = challengers.predict(training, customers, scales)
    with threadpool_limits(limits=1):
        fitted = value_tiers.fit(training, scales, TODAY)
        accuracies = value_tiers.cross_validate(training, scales, TODAY)
    mixed = [table.sample(frac=1, random_state=3) for table in (training, customers, scales)]

    with threadpool_limits(limits=4):
        pd.testing.assert_frame_equal(challengers.predict(*mixed), expected, check_exact=True)
        assert value_tiers.fit(mixed[0], mixed[2], TODAY) == fitted
        assert value_tiers.cross_validate(mixed[0], mixed[2], TODAY) == accuracies
    assert expected.notna().all(axis=None)
    assert accuracies.keys() == {"multinomial_logistic", "random_forest"}


def risk_of(fit: churn.Fit, customers: pd.DataFrame) -> np.ndarray:
    values = customers[list(fit.coefficients)].to_numpy()
    log_odds = fit.intercept + values @ np.array(list(fit.coefficients.values()))
    return 1 / (1 + np.exp(-log_odds))


def test_what_is_learned_of_earlier_dates_holds_when_all_are_older():
    training, customers = split(simulated(2)[0])
    scales = simulated(2)[1]
    fit = churn.fit(training, scales, TODAY)
    risk = risk_of(fit, customers)

    assert fit.status == "ok"
    assert roc_auc_score(customers["actual_orders"] == 0, risk) > 0.75
    assert risk.mean() == pytest.approx(0.5, abs=0.05)


def test_of_shuffled_outcomes_nothing_is_learned_that_holds_out_of_time():
    """The area under the curve is one half, within four standard errors of its mean."""
    curves = []
    for seed in range(20):
        rows, scales = simulated(100 + seed)
        rng = np.random.default_rng(seed)
        shuffled = [
            table.assign(**{name: rng.permutation(table[name]) for name in ["actual_orders"]})
            for _, table in rows.groupby("cutoff_date")
        ]
        training, customers = split(pd.concat(shuffled))
        churned = customers["actual_orders"] == 0
        found = [
            risk_of(churn.fit(training, scales, TODAY), customers),
            challengers.predict(training, customers, scales)["churn_risk"],
        ]
        curves.append([roc_auc_score(churned, risk) for risk in found])
    left, stayed = churned.sum(), (~churned).sum()
    error = np.sqrt((left + stayed + 1) / (12 * left * stayed)) / np.sqrt(len(curves))

    assert np.abs(np.mean(curves, axis=0) - 0.5).max() < 4 * error


def test_the_samples_own_rows_tell_nothing_of_outcomes_that_are_shuffled(sample, sample_build):
    """A column that knew what came would still know it: the rows to score are not shuffled."""
    outcomes = frame(sample_build, "from int_backtest__customers where horizon_days = 90")
    cutoff = outcomes["cutoff_date"].max()
    came = outcomes[outcomes["cutoff_date"] == cutoff].set_index("customer_id")["actual_orders"]
    training = sample.rows(cutoff, 90)
    vectors = sample.vectors[sample.vectors["as_of_date"] == cutoff].set_index("customer_id")
    customers = vectors.loc[came.index]
    curves = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        orders = training.groupby("cutoff_date")["actual_orders"].transform(rng.permutation)
        fit = churn.fit(training.assign(actual_orders=orders), sample.scales, cutoff)
        weights = pd.Series(fit.coefficients)
        curves.append(roc_auc_score(came == 0, customers[weights.index] @ weights))
    honest = churn.fit(training, sample.scales, cutoff)
    weights = pd.Series(honest.coefficients)

    assert roc_auc_score(came == 0, customers[weights.index] @ weights) > 0.6
    # A fit of chance may point either way along the one direction in which customers differ.
    assert abs(np.mean(curves) - 0.5) < 4 * np.std(curves) / np.sqrt(len(curves))


def test_in_cross_validation_no_row_of_a_customer_tells_of_another():
    """Each customer has a tier by chance and keeps it: only their own rows could tell it."""
    rng = np.random.default_rng(7)
    dates = pd.date_range("2020-01-01", periods=40)
    customer = np.repeat(np.arange(60), len(dates))
    place = rng.normal(size=(60, 4))[customer] + rng.normal(0, 1e-3, (len(customer), 4))
    training = pd.DataFrame(place, columns=FEATURES).assign(
        cutoff_date=np.tile(dates, 60),
        customer_id=[f"c{n:02}" for n in customer],
        actual_tier=np.where(rng.permutation(60) < 30, "bronze", "gold")[customer],
    )
    scales = pd.DataFrame(
        [(day, name, 0.0, 1.0) for day in [*dates, TODAY] for name in FEATURES],
        columns=["as_of_date", "feature", "feature_mean", "feature_deviation"],
    )
    accuracies = value_tiers.cross_validate(training, scales, TODAY)

    # With customers torn apart a forest knows nearly all of them again.
    told = cross_val_predict(
        value_tiers.forest(),
        place,
        training["actual_tier"],
        cv=KFold(5, shuffle=True, random_state=0),
    )
    assert accuracy_score(training["actual_tier"], told) > 0.95
    # Three standard errors of 60 tosses of a coin.
    assert max(accuracies.values()) < 0.5 + 3 * np.sqrt(0.25 / 60)


# Odd data


def nobody_churned(rows):
    return rows.assign(actual_orders=1)


def everybody_churned(rows):
    return rows.assign(actual_orders=0, actual_revenue=0.0, actual_tier="bronze")


def two_customers(rows):
    return rows[rows["customer_id"].isin(["c0000", "c0001"])]


def no_customers(rows):
    return rows.iloc[:0]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (nobody_churned, "0 customers of ended windows had no order, 1500 had one"),
        (everybody_churned, "1500 customers of ended windows had no order, 0 had one"),
        (two_customers, "customers of ended windows had no order"),
        (no_customers, "0 customers of ended windows had no order, 0 had one"),
    ],
)
def test_without_enough_who_left_and_who_stayed_the_reason_stands_in_the_table(change, counts):
    rows, scales = simulated(3)
    training, customers = split(rows)
    fit = churn.fit(change(training), scales, TODAY)
    table = churn.frame([(TODAY, 90, fit)])

    assert len(table) == 1
    assert table.loc[0, "status"] == "not_fitted"
    assert counts in table.loc[0, "reason"]
    assert table[["coefficient", "standardised_coefficient", "threshold"]].isna().all(axis=None)
    foreseen = challengers.predict(change(training), customers, scales)
    assert len(foreseen) == len(customers)
    assert foreseen[["churn_risk", "expected_revenue", "value_tier"]].isna().all(axis=None)


@pytest.mark.parametrize("change", [everybody_churned, two_customers, no_customers])
def test_without_two_tiers_of_enough_customers_the_reason_stands_in_the_table(change):
    training, _ = split(simulated(3)[0])
    fit = value_tiers.fit(change(training), simulated(3)[1], TODAY)
    table = value_tiers.frame([(TODAY, 90, fit)])

    assert len(table) == 1
    assert table.loc[0, "status"] == "not_fitted"
    assert "two tiers of at least 20 are needed" in table.loc[0, "reason"]
    assert table[["value_tier", "coefficient"]].isna().all(axis=None)
    assert value_tiers.cross_validate(change(training), simulated(3)[1], TODAY) == {}


def test_few_customers_at_many_cut_offs_are_few_customers():
    rows = pd.concat(
        table.assign(cutoff_date=pd.Timestamp("2023-01-01") + pd.Timedelta(days=30 * number))
        for number in range(12)
        for table in [simulated(6, customer_count=4)[0].iloc[:4]]
    )
    scales = pd.concat(
        simulated(6)[1].iloc[:4].assign(as_of_date=date) for date in rows["cutoff_date"].unique()
    )
    fit = value_tiers.fit(rows, scales, rows["cutoff_date"].max())

    assert fit.status == "not_fitted"


def test_of_two_tiers_the_likelier_has_the_higher_score():
    rows, scales = simulated(4)
    rows["actual_tier"] = np.where(rows["actual_orders"] > 0, "gold", "bronze")
    training, customers = split(rows)
    fit = value_tiers.fit(training, scales, TODAY)
    features = customers[FEATURES].to_numpy()
    scores = {
        tier: fit.coefficients[tier, "intercept"]
        + features @ [fit.coefficients[tier, name] for name in FEATURES]
        for tier in ["bronze", "gold"]
    }
    model = published_model().fit(standardise(training, scales, FEATURES), training["actual_tier"])
    expected = model.predict(standardise(customers, scales, FEATURES))

    assert (np.where(scores["bronze"] >= scores["gold"], "bronze", "gold") == expected).all()
    assert set(expected) == {"bronze", "gold"}


def test_a_feature_in_which_all_are_alike_has_no_part():
    rows, scales = simulated(5)
    rows["gamma"] = 4.0
    scales.loc[scales["feature"] == "gamma", ["feature_mean", "feature_deviation"]] = 4.0, 0.0
    training, customers = split(rows)
    fit = churn.fit(training, scales, TODAY)

    assert fit.status == "ok"
    assert fit.coefficients["gamma"] == 0
    assert fit.standardised["gamma"] == 0
    without = churn.fit(training, scales[scales["feature"] != "gamma"], TODAY)
    np.testing.assert_allclose(risk_of(fit, customers), risk_of(without, customers), atol=1e-9)


def test_tables_without_a_row_have_the_types_of_those_with_some():
    rows, scales = simulated(6)
    training, customers = split(rows)
    for full, empty in [
        (churn.frame([(TODAY, 90, churn.fit(training, scales, TODAY))]), churn.frame([])),
        (
            value_tiers.frame([(TODAY, 90, value_tiers.fit(training, scales, TODAY))]),
            value_tiers.frame([]),
        ),
        (
            challengers.frame([(90, challengers.predict(training, customers, scales))]),
            challengers.frame(
                [(90, challengers.predict(training, no_customers(customers), scales))]
            ),
        ),
        (
            challengers.frame([(90, challengers.predict(training, customers, scales))]),
            challengers.frame([]),
        ),
    ]:
        assert len(full) > len(empty) == 0
        pd.testing.assert_series_equal(empty.dtypes, full.dtypes)


# Rules


@given(
    rows=st.lists(
        st.tuples(st.floats(0, 1), st.booleans()) | st.sampled_from([(0.5, True), (0.3, False)]),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_best_threshold_is_the_one_found_by_trying_all(rows):
    best = max(
        (n / 100 for n in range(1, 100)),
        key=lambda t: (
            sum((risk > t) == left for risk, left in rows),
            -round(abs(t - 0.5), 9),
            -t,
        ),
    )
    risk, churned = map(np.array, zip(*rows, strict=True))

    assert churn.best_threshold(risk, churned) == best


@given(
    values=st.lists(
        st.lists(st.floats(-100, 100), min_size=2, max_size=2), min_size=2, max_size=20
    ),
    weights=st.lists(st.floats(-5, 5), min_size=2, max_size=2),
    intercept=st.floats(-5, 5),
    shift=st.floats(-50, 50),
    factor=st.floats(0.1, 10),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_linear_model_says_the_same_in_any_unit(values, weights, intercept, shift, factor):
    values, weights = np.array(values), np.array(weights)

    def of(values):
        rows = pd.DataFrame(values, columns=["alpha", "beta"]).assign(cutoff_date=TODAY)
        scales = pd.DataFrame(
            {
                "as_of_date": TODAY,
                "feature": ["alpha", "beta"],
                "feature_mean": values.mean(axis=0),
                # As int_feature_scales has it.
                "feature_deviation": np.where(values.var(axis=0) > 1e-4, values.std(axis=0), 0),
            }
        )
        standardised = standardise(rows, scales, ["alpha", "beta"])
        constant, coefficients = unscale(intercept, weights, scales, ["alpha", "beta"], TODAY)
        np.testing.assert_allclose(
            constant + values @ coefficients, intercept + standardised @ weights, atol=1e-8
        )
        return standardised

    here, there = of(values), of(shift + factor * values)
    is_told_apart = (values.var(axis=0) > 1e-2) | (values.var(axis=0) == 0)
    np.testing.assert_allclose(here[:, is_told_apart], there[:, is_told_apart], atol=1e-7)


# Whole builds


def test_where_nobody_leaves_no_churn_model_is_fitted_and_the_build_says_why(build):
    lines = [
        line(f"{n}-{k}", f"c{n}", f"{date(2022, 1, 1 + n % 20) + timedelta(days=20 * k)}", price=n)
        for n in range(1, 51)
        for k in range(36)
    ]
    built = build(lines, with_data_tests=True)

    assert "churn_models_are_fitted" in built.output
    assert {reason for (reason,) in built.query("select reason from fit_churn")} >= {
        "0 customers of ended windows had no order, 150 had one; 20 of each are the fewest"
    }
    assert built.query(
        "select distinct is_selected from churn_model_selection where kind = 'churn_model'"
    ) == [(False,)]
    assert built.query("select count(*), count(value_tier) from customers")[0][0] == 50


def test_where_everybody_has_left_no_model_is_fitted_and_the_build_says_why(build):
    lines = [
        line(str(n), f"c{n}", f"{date(2022, 1, 1) + timedelta(days=n)}", price=n)
        for n in range(1, 61)
    ]
    built = build(lines, with_data_tests=True, variables={"as_of_date": "2023-06-01"})

    assert built.query("select distinct status from fit_churn") == [("not_fitted",)]
    assert built.query("select distinct status from fit_value_tiers") == [("not_fitted",)]
    assert built.query(
        "select count(*), count(churn_risk), count(churn_reason_1), count(next_value_tier) "
        "from customers"
    ) == [(60, 0, 0, 0)]
