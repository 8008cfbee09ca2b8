"""Unusual customers: the robust distance, its scores in SQL, odd data, and builds without a fit."""

import json
import math

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Build, line, run_dbt
from customer_value import anomalies
from scipy.stats import chi2
from sklearn.covariance import MinCovDet
from threadpoolctl import threadpool_limits

TODAY = pd.Timestamp("2024-07-01")
NAMES = ("a", "b", "c", "d")
COVARIANCE = np.array(
    [[1.0, 0.6, 0.0, 0.2], [0.6, 1.5, 0.3, 0.0], [0.0, 0.3, 0.7, 0.1], [0.2, 0.0, 0.1, 1.0]]
)
CENTRE = np.array([1.0, 5.0, 4.0, 3.0])


def named(values: np.ndarray, names=NAMES) -> pd.DataFrame:
    ids = pd.DataFrame({"customer_id": [f"c{n:06}" for n in range(len(values))]})
    return pd.concat([ids, pd.DataFrame(values, columns=list(names))], axis=1)


def normal(count: int, seed=1) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal(CENTRE, COVARIANCE, count)


# The fit


def test_a_clean_normal_sample_gives_its_own_centre_and_covariance():
    fitted = anomalies.fit(named(normal(20_000)), NAMES)

    assert fitted.status == "ok"
    assert fitted.location == pytest.approx(CENTRE, abs=0.05)
    assert np.linalg.inv(fitted.precision) == pytest.approx(COVARIANCE, abs=0.06)
    beyond = anomalies.squared_distances(fitted, named(normal(20_000, seed=2)))
    assert np.mean(beyond > chi2.ppf(0.95, 4)) == pytest.approx(0.05, abs=0.005)


def test_planted_outliers_stand_out_and_do_not_move_the_rest():
    """One in twenty goes against the correlation: in no single feature is any of them unusual."""
    values = normal(4_000)
    planted = np.arange(200)
    values[planted, :2] = CENTRE[:2] + np.array([2.2, -2.4])
    customers = named(values)

    fitted = anomalies.fit(customers, NAMES)
    distances = anomalies.squared_distances(fitted, customers)
    plain = np.cov(values, rowvar=False)

    flagged = np.argsort(-distances)[:200]
    assert len(set(flagged) & set(planted)) > 190
    assert np.abs(values[planted, :2] - CENTRE[:2]).max() < 2 * np.sqrt(1.5)
    robust_error = np.abs(np.linalg.inv(fitted.precision) - COVARIANCE).max()
    assert robust_error < 0.1 < np.abs(plain - COVARIANCE).max()


def test_the_distances_are_those_of_scikit_learn():
    customers = named(normal(3_000))

    fitted = anomalies.fit(customers, NAMES)

    values = customers[list(NAMES)].to_numpy()
    reference = MinCovDet(support_fraction=0.75, random_state=0).fit(values)
    assert anomalies.squared_distances(fitted, customers) == pytest.approx(
        reference.mahalanobis(values), rel=1e-9
    )


def test_the_order_of_rows_and_the_number_of_threads_change_nothing():
    customers = named(normal(5_000))

    fitted = anomalies.frame(TODAY, anomalies.fit(customers, NAMES), NAMES)
    for seed in (1, 2):
        shuffled = customers.sample(frac=1, random_state=seed)
        with threadpool_limits(limits=seed):
            again = anomalies.frame(TODAY, anomalies.fit(shuffled, NAMES), NAMES)
        pd.testing.assert_frame_equal(again, fitted, check_exact=True)


# Odd data


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.empty((0, 4)), "0 customers; 50 are the fewest"),
        (normal(2), "2 customers; 50 are the fewest"),
        (normal(49), "49 customers; 50 are the fewest"),
        (np.ones((500, 4)), "0 features tell customers apart; 2 are the fewest"),
        (np.c_[normal(500)[:, :1], np.ones((500, 3))], "1 features tell customers apart"),
        (np.repeat(normal(500)[:, :1], 4, axis=1), "1 features tell customers apart"),
    ],
)
def test_where_too_little_is_known_there_is_a_reason_and_no_fit(values, reason):
    table = anomalies.frame(TODAY, anomalies.fit(named(values), NAMES), NAMES)

    assert list(table["feature"]) == list(NAMES)
    assert set(table["status"]) == {"not_fitted"}
    assert table["reason"].str.startswith(reason).all()
    assert table["location"].isna().all()


def test_a_feature_that_tells_nobody_apart_is_left_out():
    values = normal(1_000)
    constant, mostly = values.copy(), values.copy()
    constant[:, 1] = 7.0
    mostly[np.random.default_rng(3).random(1_000) < 0.8, 1] = 0.0

    for odd in (constant, mostly):
        fitted = anomalies.fit(named(odd), NAMES)
        assert fitted.status == "ok"
        assert fitted.features == ("a", "c", "d")
        assert fitted.left_out == {"b": "at least half of the customers are equal in it"}


@pytest.mark.parametrize("share", [1.0, 0.85])
def test_a_feature_that_follows_from_others_is_left_out_even_if_only_for_most(share):
    values = normal(2_000)
    rng = np.random.default_rng(4)
    values[:, 3] = np.where(
        rng.random(2_000) < share, values[:, 0] + values[:, 1], rng.normal(size=2_000)
    )

    fitted = anomalies.fit(named(values), NAMES)

    assert fitted.features == ("a", "b", "c")
    assert fitted.left_out == {"d": "it follows from the features before it"}
    assert np.linalg.cond(fitted.precision) < 100


@pytest.mark.parametrize("count", [50, 60, 300, 1_000])
def test_whole_numbers_of_few_values_are_fitted_or_have_a_reason(count):
    rng = np.random.default_rng(count)
    for highest in (1, 2, 3):
        values = np.log1p(rng.integers(0, highest + 1, size=(count, 4)))
        fitted = anomalies.fit(named(values), NAMES)
        assert (fitted.status == "ok") == (fitted.reason == "")
        assert np.isfinite(fitted.precision).all()


def test_a_feature_without_a_number_is_an_error_that_names_the_customer():
    customers = named(normal(60))
    customers.loc[7, "b"] = np.nan

    with pytest.raises(ValueError, match="b of customer c000007 is nan"):
        anomalies.fit(customers, NAMES)


def test_there_is_a_typed_table_without_a_date():
    table = anomalies.frame(None, None, NAMES)

    assert table.empty
    assert table["as_of_date"].dtype == "datetime64[ns]"
    assert table["location"].dtype == "float64"


# SQL


def features_of(built: Build) -> pd.DataFrame:
    with duckdb.connect(str(built.folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select vectors.*, scores.* exclude (as_of_date, customer_id) "
            "from int_customers__feature_vectors as vectors "
            "inner join int_customers__anomalies as scores using (as_of_date, customer_id) "
            "inner join int_as_of_dates using (as_of_date) where is_current order by customer_id"
        ).df()


def fitted_rows(built: Build) -> pd.DataFrame:
    with duckdb.connect(str(built.folder / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select fits.* from fit_anomalies as fits inner join int_as_of_dates as dates "
            "on fits.as_of_date = dates.as_of_date where status = 'ok' and is_current"
        ).df()
    return rows.set_index("feature")


def anomaly_features(build) -> list[str]:
    return [
        name
        for (name,) in build.query(
            "select feature from int_model_features where anomaly_place is not null "
            "order by anomaly_place"
        )
    ]


def test_a_feature_without_spread_is_left_out_with_the_reason(sample_build):
    """The sample names no categories."""
    [row] = sample_build.query(
        "select distinct status, reason, location from fit_anomalies "
        "where feature = 'log_categories'"
    )
    assert row == ("left_out", "at least half of the customers are equal in it", None)


def test_sql_scores_every_customer_as_scikit_learn_does(sample_build):
    rows, customers = fitted_rows(sample_build), features_of(sample_build)
    features = anomaly_features(sample_build)
    used = [name for name in features if name in rows.index]

    reference = MinCovDet()
    reference.location_ = rows.loc[used, "location"].to_numpy()
    reference.precision_ = rows.loc[used, [f"precision_{name}" for name in used]].to_numpy()
    values = customers[used].to_numpy()
    expected = reference.mahalanobis(values)

    assert len(customers) > 1_000
    assert np.abs(customers["anomaly_score"] ** 2 - expected).max() < 1e-9 * expected.max()
    np.testing.assert_allclose(customers["anomaly_score"], np.sqrt(expected), rtol=1e-9)
    contributions = customers[[f"{name}_contribution" for name in features]]
    np.testing.assert_allclose(contributions.sum(axis=1), expected, rtol=1e-8, atol=1e-8)

    # And as its own fit, of the sample and the same rows, does.
    own = MinCovDet(support_fraction=0.75, random_state=0)
    own.fit(customers.loc[customers["is_in_training"], used].to_numpy())
    np.testing.assert_allclose(customers["anomaly_score"], own.dist_**0.5, rtol=1e-9)


def test_the_highest_scores_are_flagged_for_the_features_that_contribute_most(
    sample_build, tmp_path
):
    customers = features_of(sample_build)
    count = len(customers)

    assert customers["is_anomaly"].sum() == math.floor(0.05 * count)
    assert customers["is_for_review"].sum() == math.floor(0.01 * count)
    flagged = customers[customers["is_anomaly"]]
    assert (
        flagged["anomaly_score"].min() > customers[~customers["is_anomaly"]]["anomaly_score"].max()
    )
    assert flagged["reason_1"].notna().all()

    rows = fitted_rows(sample_build)
    names = anomaly_features(sample_build)
    contributions = customers[[f"{name}_contribution" for name in names]].to_numpy()
    words = {
        name: (feature["more"], feature["less"])
        for name, feature in model_features(tmp_path / "compiled").items()
    }
    for place, row in enumerate(contributions):
        order = sorted(range(len(names)), key=lambda n, row=row: (-row[n], n))
        expected = []
        for n in order[:3]:
            if row[n] > 0:
                deviation = customers[names[n]].iloc[place] - rows.loc[names[n], "location"]
                expected.append(words[names[n]][0 if deviation > 0 else 1])
        found = customers.iloc[place][["reason_1", "reason_2", "reason_3"]].dropna()
        assert list(found) == expected


def model_features(folder) -> dict[str, dict]:
    """What the macro of that name returns."""
    shown = run_dbt(
        folder,
        *("--quiet", "compile", "--output", "text"),
        *("--inline", "{{ model_features() | tojson }}"),
    )
    assert shown.succeeded, shown.output
    return {feature["name"]: feature for feature in json.loads(shown.output.strip())}


# Orders and returns


def test_unusual_orders_are_those_of_an_independent_reckoning(sample_build):
    orders = pd.DataFrame(
        sample_build.query(
            "select order_id, coalesce(customer_id, ''), sold_quantity::double, "
            "sold_revenue::double, returned_revenue::double from orders"
        ),
        columns=["order_id", "customer_id", "quantity", "value", "returned"],
    ).set_index(["order_id", "customer_id"])

    def deviations(amounts: pd.Series) -> tuple[pd.Series, float]:
        logs = np.log1p(amounts)
        middle = logs.median()
        scale = max(1.4826 * (logs - middle).abs().median(), 0.25)
        return (logs - middle) / scale, scale

    def own_deviations(amounts: pd.Series, scale: float) -> pd.Series:
        logs = np.log1p(amounts[amounts.index.get_level_values("customer_id") != ""])
        customers = logs.groupby("customer_id")
        off = logs - customers.transform("median")
        own = 1.4826 * off.abs().groupby("customer_id").transform("median")
        return (off / own.clip(lower=scale / 2))[customers.transform("count") >= 6]

    sold = orders[orders["quantity"] > 0]
    by_value, value_scale = deviations(sold["value"])
    by_quantity, quantity_scale = deviations(sold["quantity"])
    by_return, _ = deviations(-orders.loc[orders["returned"] < 0, "returned"])

    def beyond(*scores: pd.Series) -> set:
        return {key for score in scores for key in score[score > 5].index}

    expected = {
        "value": beyond(by_value, own_deviations(sold["value"], value_scale)),
        "quantity": beyond(by_quantity, own_deviations(sold["quantity"], quantity_scale)),
        "return": beyond(by_return),
    }
    for measure, keys in expected.items():
        found = sample_build.query(
            "select order_id, coalesce(customer_id, '') from order_anomalies "
            f"where is_{measure}_anomaly"
        )
        assert set(found) == keys
    assert any(expected.values())


def test_expected_returns_are_the_beta_binomial_ones(sample_build):
    orders = pd.DataFrame(
        sample_build.query(
            "select customer_id, (sold_quantity > 0)::int, "
            "(sold_quantity > 0 and returned_quantity > 0)::int from orders where not is_guest"
        ),
        columns=["customer_id", "placed", "returned"],
    )
    sums = orders.groupby("customer_id")[["placed", "returned"]].sum()
    placed = sums[sums["placed"] > 0]
    n, k = placed["placed"].to_numpy(float), placed["returned"].to_numpy(float)
    share = k.sum() / n.sum()
    spread = (n * (k / n - share) ** 2).sum() / (share * (1 - share))
    likeness = (spread - (len(n) - 1)) / (n.sum() - (n**2).sum() / n.sum() - (len(n) - 1))
    weight = 1 / min(max(likeness, 1 / 101), 0.5) - 1

    found = dict(
        sample_build.query("select customer_id, expected_returned_order_share from return_profiles")
    )
    assert len(found) > 100
    expected = (sums["returned"] + weight * share) / (sums["placed"] + weight)
    for customer_id, value in found.items():
        assert value == pytest.approx(expected[customer_id], abs=1e-9)


def test_simulated_beta_binomial_returns_are_expected_close_to_the_truth(tmp_path):
    """The prior by the method of moments comes near to the one that made the data."""
    rng = np.random.default_rng(8)
    n = rng.integers(1, 20, size=5_000)
    rate = rng.beta(1.0, 4.0, size=5_000)
    k = rng.binomial(n, rate)
    model = ("--select", "return_profiles", "--indirect-selection", "empty")
    compiled = run_dbt(tmp_path / "compiled", "compile", *model)
    assert compiled.succeeded, compiled.output
    with duckdb.connect() as connection:
        customers = pd.DataFrame({"n": n, "k": k})
        connection.register("customers", customers.reset_index(names="c"))
        connection.execute(
            "create table orders as select c::varchar || '-' || number as order_id, "
            "c::varchar as customer_id, false as is_guest, 1 as sold_quantity, "
            "10::decimal(18, 4) as sold_revenue, (number < k)::int as returned_quantity, "
            "(case when number < k then -10 else 0 end)::decimal(18, 4) as returned_revenue, "
            "number < k as is_fully_returned "
            "from customers cross join range(20) as numbers (number) where number < n"
        )
        connection.execute(
            "create table order_lines as select order_id as order_line_id, order_id, customer_id, "
            "false as is_guest, 'return' as line_kind, date '2024-01-01' as line_date, "
            "order_id as returned_order_line_id, false as is_unmatched_return, "
            "0 as refunded_amount, null::date as refunded_date from orders where is_fully_returned"
        )
        found = connection.execute(compiled.compiled("return_profiles")).df()
    found = found.set_index(found["customer_id"].astype(int))
    expected = (1.0 + k) / (5.0 + n)
    errors = found["expected_returned_order_share"] - expected[found.index]
    assert errors.abs().max() < 0.02


# Builds


def test_two_customers_have_no_score_and_the_build_says_why(build):
    built = build([line("1", "a", "2024-01-01"), line("2", "b", "2024-01-09")])

    assert built.query("select distinct status, reason from fit_anomalies") == [
        ("not_fitted", "2 customers; 50 are the fewest")
    ]
    assert built.query(
        "select count(*), count(anomaly_score), count(is_anomaly) from int_customers__anomalies"
    ) == [(2, 0, 0)]
    assert built.value("select count(*) from customer_anomalies") == 0
    assert built.value("select count(*) from order_anomalies") == 0
    assert built.value("select count(*) from return_profiles") == 0


def test_identical_customers_have_no_score_and_the_build_warns(build):
    built = build(
        [line(str(n), f"c{n}", "2024-01-31 10:00:00") for n in range(100)]
        + [line("C1", "c1", "2024-01-31 11:00:00", quantity=-1)]
        + [line("C2", "c2", "2023-12-31 11:00:00", quantity=-1)],
        with_data_tests=True,
    )

    [(status, reason)] = built.query(
        "select distinct status, split_part(reason, ':', 1) from fit_anomalies "
        "where as_of_date = date '2024-02-01'"
    )
    assert (status, reason) == (
        "not_fitted",
        "0 features tell customers apart; 2 are the fewest",
    )
    assert "WARN 1 anomalies_are_fitted" in built.output
    assert built.value("select count(anomaly_score) from int_customers__anomalies") == 0
    assert built.query("select customer_id, return_risk from return_profiles order by 1") == [
        # One return where a hundred orders saw none.
        ("c1", "elevated"),
        # Of a sale that is older than the data.
        ("c2", "normal"),
    ]
