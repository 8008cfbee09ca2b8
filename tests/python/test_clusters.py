"""Clusters: the fit's mathematics, odd data, names that last, and SQL against scikit-learn."""

import sys
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import PROJECT, SAMPLE, line, run_build
from customer_value import clusters
from customer_value.kept import KeptFits
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans
from sklearn.preprocessing import RobustScaler
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(PROJECT / "analyses" / "published_figures"))

TODAY = pd.Timestamp("2024-07-01")
NEXT_MONTH = pd.Timestamp("2024-08-01")
ARCHETYPES = pd.read_csv(PROJECT / "seeds" / "cluster_names.csv")
CORE = {"high_value_loyal", "promising", "at_risk", "low_value_inactive"}


def simulated(seed: int = 1, size: int = 150, later_days: int = 0) -> pd.DataFrame:
    """Customers of the four kinds that the core names speak of, as vectors."""
    rng = np.random.default_rng(seed)
    # Recency, orders, order value, tenure, products an order.
    kinds = [
        (20, 15, 300, 600, 12),
        (25, 1.5, 200, 50, 8),
        (220, 3, 250, 500, 9),
        (380, 1.5, 60, 450, 4),
    ]
    frames = []
    for recency, orders, value, tenure, products in kinds:
        noise = np.exp(rng.normal(0, 0.35, (5, size)))
        count = np.maximum(1, np.round(orders * noise[1]))
        order_value = value * noise[2]
        frames.append(
            pd.DataFrame(
                {
                    "log_recency": np.log1p(recency * noise[0] + later_days),
                    "log_orders": np.log1p(count),
                    "log_revenue": np.log1p(count * order_value),
                    "log_products": np.log1p(products * noise[4] * np.sqrt(count)),
                    "log_order_value": np.log1p(order_value),
                    "log_tenure": np.log1p(tenure * noise[3] + later_days),
                    "log_repeat_orders": np.log(count),
                }
            )
        )
    return pd.concat(frames, ignore_index=True).round(10)


FEATURES = list(simulated().columns)


def fitted(vectors: pd.DataFrame, count: int | None = 4, earlier=()) -> pd.DataFrame:
    kept = clusters.kept_features(clusters.choose_features(vectors, 0.9))
    return clusters.fit_dates([*earlier, (TODAY, vectors)], kept, count, ARCHETYPES)


def assigned(fit: pd.DataFrame, vectors: pd.DataFrame, on: pd.Timestamp = TODAY) -> np.ndarray:
    """Each customer's cluster, by the linear functions of a fit."""
    table = fit[fit["as_of_date"] == on].pivot_table("coefficient", "cluster", "feature")
    features = [name for name in table.columns if name != "intercept"]
    values = vectors[features].to_numpy() @ table[features].to_numpy().T
    return table.index.to_numpy()[(values + table["intercept"].to_numpy()).argmax(axis=1)]


# Features


def test_a_feature_that_says_the_same_as_an_earlier_one_is_left_out_and_says_why():
    vectors = simulated()
    vectors["log_products"] = 3.0

    table = clusters.choose_features(vectors, 0.9).set_index("feature")

    assert list(table["preference"]) == list(range(1, 8))
    assert not table.loc["log_repeat_orders", "is_kept"]
    assert table.loc["log_repeat_orders", "reason"] == "correlated with log_orders"
    assert table.loc["log_repeat_orders", "correlated_with"] == "log_orders"
    assert table.loc["log_repeat_orders", "correlation"] == pytest.approx(
        vectors["log_repeat_orders"].corr(vectors["log_orders"]), abs=1e-7
    )
    assert table.loc["log_products", "reason"].startswith("no spread")
    assert (table["is_kept"] == (table["reason"] == "")).all()


def test_the_limit_decides_which_features_are_too_much_alike():
    kept = [
        clusters.kept_features(clusters.choose_features(simulated(), limit))
        for limit in (1.0, 0.9, 0.0)
    ]

    assert kept[0] == FEATURES
    assert set(kept[1]) < set(kept[0])
    assert kept[2] == ["log_recency"]


def test_features_are_scaled_as_robust_scaler_does():
    vectors = simulated()
    table = clusters.choose_features(vectors, 1.0)

    scaler = RobustScaler().fit(vectors[FEATURES])

    np.testing.assert_allclose(table["center"], scaler.center_, atol=1e-8)
    np.testing.assert_allclose(table["scale"], scaler.scale_, atol=1e-8)


# How many


def blobs(count: int, size: int = 80) -> pd.DataFrame:
    """Groups equally far from each other."""
    noise = np.random.default_rng(count).normal(0, 0.3, (count * size, 7))
    return pd.DataFrame(10 * np.eye(7)[np.repeat(np.arange(count), size)] + noise, columns=FEATURES)


@pytest.mark.parametrize("count", [3, 4, 6])
def test_well_separated_groups_are_counted(count):
    table = clusters.select_count(blobs(count), FEATURES[:count])

    [selected] = table.loc[table["is_selected"], "cluster_count"]
    assert selected == count
    row = table.set_index("cluster_count").loc[count]
    assert row["stability"] == pytest.approx(1)
    assert row["silhouette"] > 0.8
    assert row["same_optimum_share"] > 0


def test_every_number_from_2_to_10_has_its_criteria():
    table = clusters.select_count(simulated(), FEATURES[:6])

    assert list(table["cluster_count"]) == list(range(2, 11))
    assert table["is_selected"].sum() == 1
    assert (table["status"] == "ok").all()
    assert table.notna().all(axis=None)
    assert (table["inertia"].diff().dropna() < 0).all()
    assert table["elbow_distance"].iloc[[0, -1]].abs().max() == 0


def test_four_of_404_customers_who_stand_apart_are_no_reason_to_trust_a_number():
    vectors = blobs(4, size=100)
    vectors = pd.concat([vectors, vectors.iloc[:4] + 500], ignore_index=True)

    table = clusters.select_count(vectors, FEATURES[:4]).set_index("cluster_count")

    assert table["smallest_share"].max() < clusters.MIN_SHARE
    assert table.loc[2, "reason"] == "a cluster below 2% of all"
    assert table.loc[table["is_selected"], "reason"].iloc[0].startswith("the most stable")


def test_the_rule_takes_the_sharpest_elbow_of_the_stable_and_the_smaller_of_equals(monkeypatch):
    # The sharpest elbow is at 3; the next, at 4 and at 5, are alike.
    inertia = dict(zip(clusters.COUNTS, [90, 30, 30, 20, 19, 18, 17, 15, 10], strict=True))

    def selected(unstable=(), small=()):
        def criteria(points, count):
            return {
                "inertia": inertia[count],
                "silhouette": 0.5,
                "stability": 0.79 if count in unstable else 0.81,
                "smallest_share": 0.019 if count in small else 0.021,
                "start_count": 20,
                "same_optimum_share": 1.0,
            }

        monkeypatch.setattr(clusters, "_criteria", criteria)
        table = clusters.select_count(simulated(), FEATURES[:6])
        return table.loc[table["is_selected"], "cluster_count"].item()

    assert selected() == 3
    assert selected(unstable=[3]) == 4
    assert selected(unstable=[3], small=[4]) == 5
    # Nobody qualifies: the first of the most stable.
    assert selected(small=clusters.COUNTS) == 2
    assert selected(unstable=[2, 3], small=clusters.COUNTS) == 4


def test_noise_has_no_stable_number_and_the_most_stable_is_taken():
    points = np.random.default_rng(0).uniform(0, 1, (150, 7))
    vectors = pd.DataFrame(points, columns=FEATURES)

    table = clusters.select_count(vectors, FEATURES)

    selected = table[table["is_selected"]].iloc[0]
    assert selected["reason"].startswith("the most stable")
    assert selected["stability"] == table["stability"].max()


def test_a_var_overrides_the_rule():
    table = clusters.select_count(simulated(), FEATURES[:6], cluster_count=9)

    selected = table[table["is_selected"]].iloc[0]
    assert selected["cluster_count"] == 9
    assert selected["reason"] == "the var cluster_count"


# The same again


def shuffled(vectors: pd.DataFrame, seed: int) -> pd.DataFrame:
    return vectors.sample(frac=1, random_state=seed)


def test_the_order_of_rows_and_the_number_of_threads_change_nothing():
    vectors = simulated()
    results = []
    for seed, threads in [(1, 1), (2, 2), (3, 4)]:
        with threadpool_limits(threads):
            rows = shuffled(vectors, seed)
            features = clusters.choose_features(rows, 0.9)
            kept = clusters.kept_features(features)
            earlier = [(TODAY - pd.Timedelta(days=30), shuffled(simulated(5), seed))]
            results.append(
                [features, clusters.select_count(rows, kept), fitted(rows, earlier=earlier)]
            )

    for tables in results[1:]:
        for table, first in zip(tables, results[0], strict=True):
            pd.testing.assert_frame_equal(table, first, check_exact=True)


def test_no_start_of_scikit_learn_is_better_and_other_starts_end_alike():
    scaled = RobustScaler().fit_transform(simulated()[FEATURES[:6]])
    found = clusters.partition(scaled, 5, 50)

    theirs = KMeans(5, n_init=50, random_state=1234, tol=0, max_iter=1000).fit(scaled)
    again = clusters.partition(scaled, 5, 50, start=theirs.cluster_centers_)

    assert found.inertia <= theirs.inertia_ + 1e-9
    np.testing.assert_array_equal(again.centroids, found.centroids)
    # A local optimum of single moves is one of nearest centroids, too.
    labels = clusters.nearest(scaled, found.centroids)
    means = np.stack([scaled[labels == label].mean(axis=0) for label in range(5)])
    np.testing.assert_allclose(means, found.centroids, atol=1e-8)
    assert found.inertia == pytest.approx(((scaled - means[labels]) ** 2).sum(), rel=1e-9)


coordinates = st.floats(-8, 8).map(lambda x: round(x, 3))


@given(
    arrays(float, (12, 4), elements=coordinates),
    arrays(float, (3, 4), elements=coordinates),
    arrays(float, (2, 4), elements=st.floats(0.1, 5).map(lambda x: round(x, 3))),
)
@settings(deadline=None)
def test_the_largest_linear_function_is_the_nearest_centroid(vectors, centroids, scaling):
    center, scale = scaling
    points = (vectors - center) / scale
    values = []
    for centroid in centroids:
        intercept, coefficients = clusters.linear_form(centroid, center, scale)
        values.append(intercept + vectors @ np.array(coefficients))
    values = np.stack(values)
    distances = np.stack([((points - centroid) ** 2).sum(axis=1) for centroid in centroids])

    # 2 (largest - value) is how much farther a centroid is than the nearest.
    np.testing.assert_allclose(
        2 * (values.max(axis=0) - values), distances - distances.min(axis=0), rtol=1e-9, atol=1e-6
    )


# Odd data


def nobody() -> pd.DataFrame:
    return pd.DataFrame(columns=FEATURES, dtype=float)


@pytest.mark.parametrize("size", [0, 1, 2, 99])
def test_too_few_customers_leave_rows_that_say_so(size):
    vectors = simulated().iloc[:size] if size else nobody()

    features = clusters.choose_features(vectors, 0.9)
    selection = clusters.select_count(vectors, clusters.kept_features(features))
    fit = clusters.fit_dates([(TODAY, vectors)], [], None, ARCHETYPES)

    reason = f"customers: {size}; the fewest to fit are 100"
    assert list(features["reason"]) == [reason] * len(FEATURES)
    assert list(selection["status"]) == ["not_fitted"] * 9
    assert list(selection["reason"]) == [reason] * 9
    assert not selection["is_selected"].any()
    assert fit[["status", "reason"]].to_numpy().tolist() == [["not_fitted", reason]]
    for table, full in [
        (features, clusters.choose_features(simulated(), 0.9)),
        (selection, clusters.select_count(simulated(), FEATURES[:6])),
        (fit, fitted(simulated())),
    ]:
        pd.testing.assert_series_equal(table.dtypes, full.dtypes)


def test_without_a_date_there_is_no_row_and_its_types_are_the_same():
    fit = clusters.fit_dates([], [], None, ARCHETYPES)

    assert len(fit) == 0
    pd.testing.assert_series_equal(fit.dtypes, fitted(simulated()).dtypes)


def test_customers_who_are_all_alike_are_no_clusters():
    vectors = pd.concat([simulated().iloc[:1]] * 300)

    features = clusters.choose_features(vectors, 0.9)
    selection = clusters.select_count(vectors, clusters.kept_features(features))
    fit = clusters.fit_dates([(TODAY, vectors)], [], None, ARCHETYPES)

    assert features["reason"].str.startswith("no spread").all()
    assert set(selection["reason"]) == {"no feature has a spread"}
    assert list(fit["reason"]) == ["no feature has a spread"]


def test_more_clusters_than_kinds_of_customers_cannot_be_had():
    vectors = pd.concat([simulated().iloc[[0, 200, 400]]] * 100)
    kept = ["log_recency"]

    selection = clusters.select_count(vectors, kept)
    fit = clusters.fit_dates([(TODAY, vectors)], kept, 4, ARCHETYPES)

    assert list(selection["status"]) == ["ok"] * 2 + ["not_fitted"] * 7
    assert selection["reason"].iloc[2] == "customers who differ: 3"
    assert selection["is_selected"].sum() == 1
    assert list(fit["reason"]) == ["fewer customers who differ than 4 clusters"]
    # Nor if a var asks for it.
    assert not clusters.select_count(vectors, kept, 4)["is_selected"].any()


def test_an_earlier_date_without_spread_goes_without_the_feature():
    earlier = simulated(2)
    earlier["log_orders"] = np.log(2)

    fit = fitted(simulated(), earlier=[(TODAY - pd.Timedelta(days=30), earlier)])

    used = fit.groupby("as_of_date")["feature"].agg(set)
    assert "log_orders" not in used.iloc[0]
    assert "log_orders" in used.iloc[1]
    assert set(fit["status"]) == {"ok"}


# Names


def test_the_four_kinds_have_the_four_names():
    vectors = simulated()

    names = assigned(fitted(vectors), vectors)

    kinds = pd.crosstab(np.repeat([0, 1, 2, 3], 150), names)
    expected = ["high_value_loyal", "promising", "at_risk", "low_value_inactive"]
    assert list(kinds.idxmax(axis=1)) == expected
    assert set(names) == CORE


def test_names_last_when_clusters_are_fitted_on_next_months_data():
    this_month, next_month = simulated(1), simulated(1, later_days=10)
    # Some customers more, and some fewer.
    next_month = pd.concat([next_month.iloc[30:], simulated(7, size=40)], ignore_index=True)

    first = assigned(fitted(this_month), this_month)
    kept = FEATURES[:6]
    both = clusters.fit_dates([(TODAY, this_month), (NEXT_MONTH, next_month)], kept, 4, ARCHETYPES)
    later = assigned(both, next_month, NEXT_MONTH)

    assert set(both.loc[both["as_of_date"] == NEXT_MONTH, "named_by"]) == {"previous_date"}
    np.testing.assert_array_equal(assigned(both, this_month), first)
    assert (later[:570] == first[30:]).mean() > 0.97


def test_a_new_date_after_kept_fits_gives_what_fits_of_all_dates_give():
    kept = FEATURES[:6]
    months = [(TODAY, simulated(1)), (NEXT_MONTH, simulated(1, later_days=10))]
    made = []
    settings = pd.DataFrame({"refit": ["build"]})

    def build(samples):
        fits = KeptFits(SimpleNamespace(this="fit_clusters"), session, settings, clusters.no_rows())

        def make(fit, *arguments):
            return fits.add(lambda *given: made.append(given[0]) or fit(*given), *arguments)

        clusters.fit_dates(samples, kept, 4, ARCHETYPES, make)
        return fits.table()

    session = duckdb.connect()
    session.register("before", build(months))
    session.execute("create table fit_clusters as from before")
    made.clear()
    third = (pd.Timestamp("2024-09-01"), simulated(1, later_days=20))
    after = build([*months, third])

    # The date that was the last one had more starts; the first is kept.
    assert made == [NEXT_MONTH, third[0]]
    pd.testing.assert_frame_equal(
        after.drop(columns="fingerprint"),
        clusters.fit_dates([*months, third], kept, 4, ARCHETYPES),
        check_exact=True,
    )


def test_a_name_that_the_profile_contradicts_is_given_up():
    vectors = simulated()
    # At the date before, what is now the best corner was that of the least.
    mirrored = vectors.max() + vectors.min() - vectors
    both = clusters.fit_dates(
        [(TODAY, mirrored), (NEXT_MONTH, vectors)], FEATURES[:6], 4, ARCHETYPES
    )

    later = both[both["as_of_date"] == NEXT_MONTH]
    assert set(later["named_by"]) == {"profile"}
    np.testing.assert_array_equal(
        assigned(both, vectors, NEXT_MONTH), assigned(fitted(vectors), vectors)
    )


def test_a_data_team_may_rename_and_must_have_as_many_names_as_clusters():
    renamed = ARCHETYPES.replace({"cluster": {"promising": "newcomers"}})
    fit = clusters.fit_dates([(TODAY, simulated())], FEATURES[:6], 4, renamed)

    assert "newcomers" in set(fit["cluster"])
    with pytest.raises(ValueError, match="has 3 names, too few for 4"):
        clusters.fit_dates([(TODAY, simulated())], FEATURES, 4, ARCHETYPES.iloc[:3])


@given(st.permutations(range(4)), st.permutations(range(len(ARCHETYPES))))
@settings(deadline=None, max_examples=30)
def test_names_depend_on_profiles_and_not_on_their_order(clusters_order, names_order):
    profiles = ARCHETYPES[list(clusters.PROFILE)].to_numpy(float)[:4] + 0.1

    names, cost = clusters.assign_names(
        profiles[list(clusters_order)], ARCHETYPES.iloc[list(names_order)]
    )

    assert names == list(ARCHETYPES["cluster"].iloc[list(clusters_order)])
    assert cost == pytest.approx(4 * 5 * 0.01)


def test_the_names_shipped_are_enough_for_any_number_and_lie_apart():
    positions = ARCHETYPES[list(clusters.PROFILE)].to_numpy(float)
    apart = np.linalg.norm(positions[:, None] - positions[None], axis=2)

    assert len(ARCHETYPES) >= max(clusters.COUNTS)
    assert set(ARCHETYPES.loc[ARCHETYPES["is_core"], "cluster"]) == CORE
    assert ARCHETYPES["cluster"].str.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*").all()
    assert apart[~np.eye(len(ARCHETYPES), dtype=bool)].min() > 0.5


# SQL


def frame(built, sql: str) -> pd.DataFrame:
    columns = [name for name, *_ in built.query(f"describe {sql}")]
    return pd.DataFrame(built.query(sql), columns=columns)


def test_sql_assigns_every_customer_as_scikit_learn_predicts(sample_build):
    features = ", ".join(FEATURES)
    vectors = frame(
        sample_build,
        f"select as_of_date, customer_id, cluster, vectors.is_in_training, {features} "
        "from int_customers__clustered join int_customers__feature_vectors as vectors "
        "using (as_of_date, customer_id)",
    )
    fit = frame(sample_build, "select * from fit_clusters where status = 'ok'")
    fit["as_of_date"] = fit["as_of_date"].dt.date
    assert len(vectors) > 10_000
    for on, rows in vectors.groupby("as_of_date"):
        centroids = fit[(fit["as_of_date"] == on) & (fit["feature"] != "intercept")]
        table = centroids.pivot_table("centroid", "cluster", "feature")
        used = list(table.columns)
        sampled = rows[rows["is_in_training"]]
        scaler = RobustScaler().fit(sampled[used])
        # From the centroids of the fit, scikit-learn's own fit goes nowhere.
        model = KMeans(len(table), init=table.to_numpy(), n_init=1, tol=0, max_iter=1000)
        model.fit(scaler.transform(sampled[used]))

        np.testing.assert_allclose(model.cluster_centers_, table.to_numpy(), atol=1e-6)
        predicted = table.index.to_numpy()[model.predict(scaler.transform(rows[used]))]
        np.testing.assert_array_equal(predicted, rows["cluster"].to_numpy())


def test_the_marts_hold_all_customers_and_all_revenue(sample_build):
    [row] = sample_build.query(
        "select sum(customer_count), sum(customer_share), sum(revenue_share), count(*) "
        "from clusters"
    )
    [selected] = sample_build.query("select cluster_count from cluster_selection where is_selected")
    assert row[0] == sample_build.value("select count(*) from customers where order_day_count > 0")
    assert row[1:3] == (pytest.approx(1), pytest.approx(1))
    assert row[3] == selected[0]
    assert (
        sample_build.value("select count(*) from clusters where cluster = 'high_value_loyal'") == 1
    )


def test_refitted_a_month_later_the_sample_keeps_its_names(sample_build, tmp_path):
    """Customers of a date have the clusters at it that they had when that date was the current."""
    before = run_build(
        tmp_path / "before",
        SAMPLE,
        *("--select", "+int_customers__clustered"),
        variables={"as_of_date": "2024-12-01", "cluster_count": 5},
    )
    assert before.succeeded, before.output
    clustered = "select customer_id, cluster from int_customers__clustered where as_of_date = "
    then = dict(before.query(clustered + "date '2024-12-01'"))
    now = dict(sample_build.query(clustered + "date '2024-12-01'"))
    later = dict(sample_build.query(clustered + "date '2025-01-01'"))

    assert sample_build.value("select count(*) from clusters") == 5
    assert then.keys() == now.keys()
    assert np.mean([then[customer] == now[customer] for customer in then]) > 0.98
    # And a month later most are where they were.
    assert np.mean([then[customer] == later[customer] for customer in then]) > 0.75


# Odd builds


def test_two_customers_have_no_cluster_and_the_build_says_why(build):
    built = build(
        [line(str(n), f"c{n % 2}", f"2024-01-{n:02}", price=n) for n in range(1, 9)],
        with_data_tests=True,
    )

    assert built.value("select count(*) from clusters") == 0
    assert built.value("select count(*) from cluster_by_segment") == 0
    assert built.value("select count(*) from int_customers__clustered") == 0
    assert set(built.query("select status, reason, is_selected from cluster_selection")) == {
        ("not_fitted", "customers: 2; the fewest to fit are 100", False)
    }
    assert "clusters_are_fitted" in built.output


def test_customers_who_are_all_alike_build_without_clusters(build):
    built = build([line(str(n), f"c{n}", "2024-01-05") for n in range(150)], with_data_tests=True)

    assert built.value("select count(*) from clusters") == 0
    assert set(built.query("select is_kept from cluster_features")) == {(False,)}
    assert set(built.query("select reason from cluster_selection")) == {
        ("no feature has a spread",)
    }


def test_where_everybody_bought_once_orders_say_nothing(build):
    day = date(2024, 1, 1)
    lines = [
        line(str(n), f"c{n}", f"{day + timedelta(days=n * 7 % 200)}", price=5 + n * n % 97)
        for n in range(300)
    ]
    built = build(lines, with_data_tests=True)

    kept = dict(built.query("select feature, is_kept from cluster_features"))
    assert not kept["log_orders"]
    assert kept["log_recency"]
    assert built.value("select sum(customer_count) from clusters") == 300
    assert built.value("select count(*) from clusters where centroid_order_count is null") > 0


# Published


def test_the_published_four_clusters_are_reproduced_to_the_digit(reference_data):
    import online_retail_clusters as published

    figures = published.figures(reference_data / "online_retail.parquet")

    def told(name):
        inertia, table = figures[name]
        return round(inertia, 1), list(table.round(1).itertuples(index=False, name=None))

    assert told("published, one start") == (
        2972.1,
        [(582, 13.4, 61.8), (1343, 31.0, 25.4), (1446, 33.3, 10.1), (968, 22.3, 2.7)],
    )
    assert told("the same, ten starts") == (
        2971.5,
        [(544, 12.5, 60.4), (1335, 30.8, 26.5), (1478, 34.1, 10.4), (982, 22.6, 2.7)],
    )
    assert told("stable") == (
        2971.4,
        [(552, 12.7, 60.6), (1331, 30.7, 26.3), (1482, 34.2, 10.3), (974, 22.4, 2.7)],
    )
    inertias = [inertia for inertia, _ in figures.values()]
    assert inertias == sorted(inertias, reverse=True)
