"""Clusters of customers: K-Means on logs of what they did, with a stated rule for how many.

A customer is a point: the features of int_customers__cluster_sample, as ln(1 + x),
less the median and over the interquartile range (scikit-learn's RobustScaler). Features that say
the same as an earlier one are left out. Lloyd's algorithm runs from many starts until no customer
moves; the start with the least inertia counts, and is followed on by single customers. How many
clusters there are is decided at the current date; each cluster is named by the archetype whose
profile it has, and keeps the name from date to date.

What is fitted here on a sample is assigned to every customer in SQL: the nearest centroid is the
largest of linear functions (macros/features/linear_form.sql).

Sources: Arthur and Vassilvitskii (2007), "k-means++"; Hartigan and Wong (1979), "A K-Means
clustering algorithm", Applied Statistics 28(1); Rousseeuw (1987), "Silhouettes"; Hubert and Arabie
(1985), "Comparing partitions" (adjusted Rand index); Hennig (2007), "Cluster-wise assessment of
cluster stability" (bootstrap); Satopaa et al. (2011), "Finding a kneedle in a haystack" (distance
to the chord); Kuhn (1955), "The Hungarian method" (names).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from customer_value.threads import one_thread

# The other columns of int_customers__cluster_sample are features, the preferred ones first.
KEYS = ("as_of_date", "customer_id", "is_current")
COUNTS = range(2, 11)
# What a profile is compared by: a column of the seed cluster_names, and its feature.
PROFILE = {
    "recency": "log_recency",
    "orders": "log_orders",
    "value": "log_revenue",
    "order_value": "log_order_value",
    "tenure": "log_tenure",
}

# SQL samples about 20,000 customers a date by hash.
MAX_SAMPLED = 50_000
# Of fewer, two samples hardly have the same clusters.
MIN_CUSTOMERS = 100
# The rule for the number of clusters.
MIN_STABILITY = 0.8
MIN_SHARE = 0.02

STARTS = 20
# For the clusters that count.
FINAL_STARTS = 100
EARLIER_STARTS = 10
MAX_ITERATIONS = 1_000
# Inertias so near to the least, relative to it, are of the same optimum.
SAME_INERTIA = 1e-3
BOOTSTRAPS = 10
BOOTSTRAP_STARTS = 3
BOOTSTRAP_ROWS = 5_000
SILHOUETTE_ROWS = 2_000

# A name that is no core name must fit better by so much: squared standard deviations.
EXTRA_NAME_COST = 1.0
# Names are kept while profiles would not have them otherwise by more than this, over all clusters.
KEPT_NAME_COST = 1.0

# Digits beyond these come from the order of additions.
PLACES = 8


@dataclass(frozen=True)
class Partition:
    """The best of some starts."""

    centroids: np.ndarray
    """(clusters, features), rounded; sorted by their coordinates."""
    inertia: float
    """Sum of squared distances of the points to their centroids."""
    same_optimum_share: float
    """Share of the starts that ended as well as the best, but for a thousandth of the inertia."""


@one_thread
def choose_features(vectors: pd.DataFrame, correlation_limit: float) -> pd.DataFrame:
    """Which features are used, and why not the others.

    Parameters
    ----------
    vectors : pandas.DataFrame
        One row per customer, with a column for each feature (logs), the preferred ones first.
    correlation_limit : float
        Between 0 and 1: a feature whose correlation with an earlier kept one is larger, whatever
        its sign, is left out.

    Returns
    -------
    pandas.DataFrame
        One row per feature: ``preference`` (1 is first), ``feature``, ``is_kept``, ``reason``
        (empty where kept), ``correlated_with`` (the earlier kept feature that it says most of) and
        ``correlation`` with it, ``center`` (median) and ``scale`` (interquartile range), both in
        logs; null where there are no customers.
    """
    types = {
        "preference": "Int64",
        "feature": "string",
        "is_kept": "boolean",
        "reason": "string",
        "correlated_with": "string",
        "correlation": "float64",
        "center": "float64",
        "scale": "float64",
    }
    vectors = _sorted(vectors)
    scales = _scales(vectors)
    rows, kept = [], []
    for preference, feature in enumerate(vectors.columns, start=1):
        center, scale = scales[feature]
        reason, other, correlation = "", None, None
        if len(vectors) < MIN_CUSTOMERS:
            reason = _too_few(len(vectors))
        elif scale == 0:
            reason = "no spread: the middle half of the customers have the same value"
        elif kept:
            values = {name: _correlation(vectors[feature], vectors[name]) for name in kept}
            other = max(values, key=lambda name: abs(values[name]))
            correlation = values[other]
            if abs(correlation) > correlation_limit:
                reason = f"correlated with {other}"
        if not reason:
            kept.append(feature)
        rows.append((preference, feature, not reason, reason, other, correlation, center, scale))
    return pd.DataFrame(rows, columns=list(types)).astype(types)


@one_thread
def select_count(
    vectors: pd.DataFrame, kept: Sequence[str], cluster_count: int | None = None
) -> pd.DataFrame:
    """Every number of clusters from 2 to 10, what speaks for it, and which is selected.

    Parameters
    ----------
    vectors : pandas.DataFrame
        One row per customer, with a column for each feature (logs), the preferred ones first.
    kept : sequence of str
        The features that are used.
    cluster_count : int, optional
        The number to select, whatever the criteria say.

    Returns
    -------
    pandas.DataFrame
        One row per ``cluster_count``: ``inertia``, ``elbow_distance`` (of the inertia curve to the
        chord between its ends, both axes from 0 to 1; 0 at the ends), ``silhouette`` (-1 to 1, of
        at most `SILHOUETTE_ROWS` customers), ``stability`` (mean adjusted Rand index between these
        clusters and those of bootstrap samples, over all customers fitted), ``smallest_share`` (of
        the customers), ``start_count``, ``same_optimum_share``, ``is_selected``, ``reason`` (why,
        or why not), ``status``. Criteria are null where the status is not ``ok``.

    Notes
    -----
    The rule: of the numbers with a stability of at least 0.8 and no cluster below 2 % of the
    customers, the one with the largest elbow distance, the smaller one of equals; where there is
    none, the most stable.
    """
    points, reason = _points(_sorted(vectors), kept)
    distinct = len(np.unique(points, axis=0))
    rows = []
    for count in COUNTS:
        row = {"cluster_count": count, "reason": reason, "status": "not_fitted"}
        if not reason and distinct < count:
            row["reason"] = f"customers who differ: {distinct}"
        elif not reason:
            row |= {"status": "ok"} | _criteria(points, count)
        rows.append(row)
    types = {
        "cluster_count": "Int64",
        "inertia": "float64",
        "elbow_distance": "float64",
        "silhouette": "float64",
        "stability": "float64",
        "smallest_share": "float64",
        "start_count": "Int64",
        "same_optimum_share": "float64",
        "is_selected": "boolean",
        "reason": "string",
        "status": "string",
    }
    table = pd.DataFrame(rows, columns=list(types))
    fitted = table.index[table["status"] == "ok"]
    table.loc[fitted, "elbow_distance"] = _elbow(table.loc[fitted, "inertia"].to_numpy(float))
    table["is_selected"] = False
    _apply_rule(table, fitted, cluster_count)
    return table.astype(types)


@one_thread
def fit_dates(
    samples: Iterable[tuple[pd.Timestamp, pd.DataFrame]],
    kept: Sequence[str],
    cluster_count: int | None,
    archetypes: pd.DataFrame,
) -> pd.DataFrame:
    """The clusters of each date, named so that a cluster has one name at all of them.

    Parameters
    ----------
    samples : iterable of (as_of_date, vectors)
        In order of time, the current date last; vectors as in `choose_features`.
    kept : sequence of str
        The features used at the current date. One without spread at an earlier date is not used
        there.
    cluster_count : int or None
        The number selected at the current date; None where none was.
    archetypes : pandas.DataFrame
        ``cluster`` (a name), ``is_core``, and the columns of `PROFILE`: the position of such
        customers in standard deviations from the mean of all.

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``cluster`` and ``feature`` (or ``intercept``), with
        ``coefficient``: a customer belongs to the cluster with the largest value of the intercept
        plus each coefficient times its feature. Beside them ``centroid`` (scaled), ``center`` and
        ``scale`` of the feature (logs), ``named_by`` (``profile`` or ``previous_date``), ``status``
        and ``reason``. A date for which nothing could be fitted has one row, without a cluster.

    Raises
    ------
    ValueError
        If there are fewer archetypes than clusters.

    Notes
    -----
    At the first date clusters get the names that fit their profiles best (optimal assignment of
    squared distances; names that are no core names cost `EXTRA_NAME_COST` more). At each later date
    a centroid gets the name of the one at the date before that it is matched to (optimal assignment
    of squared distances in logs, over this date's scales). Where profiles would have it otherwise
    by more than `KEPT_NAME_COST` in all, they win.
    """
    types = {
        "as_of_date": "datetime64[ns]",
        "cluster": "string",
        "feature": "string",
        "coefficient": "float64",
        "centroid": "float64",
        "center": "float64",
        "scale": "float64",
        "named_by": "string",
        "status": "string",
        "reason": "string",
    }
    samples = list(samples)
    archetypes = archetypes.sort_values("cluster").reset_index(drop=True)
    if cluster_count is not None and len(archetypes) < cluster_count:
        raise ValueError(
            f"The seed cluster_names has {len(archetypes)} names, "
            f"too few for {cluster_count} clusters"
        )
    previous: pd.DataFrame | None = None
    rows = []
    for place, (date, vectors) in enumerate(samples, start=1):
        vectors = _sorted(vectors)
        scales = _scales(vectors)
        used = [feature for feature in kept if scales[feature][1] > 0]
        points, reason = _points(vectors, used)
        if not reason and cluster_count is None:
            reason = "no number of clusters could be selected at the current date"
        if not reason and len(np.unique(points, axis=0)) < cluster_count:
            reason = f"fewer customers who differ than {cluster_count} clusters"
        if reason:
            rows.append({"as_of_date": date, "status": "not_fitted", "reason": reason})
            continue

        center, scale = np.array([scales[feature] for feature in used]).T
        start = None
        if previous is not None and list(previous.columns) == used:
            start = (previous.to_numpy() - center) / scale
        starts = FINAL_STARTS if place == len(samples) else EARLIER_STARTS
        centroids = partition(points, cluster_count, starts, start).centroids
        labels = nearest(points, centroids)
        in_logs = pd.DataFrame(centroids * scale + center, columns=used)
        names, named_by = _names(_profiles(vectors, labels), in_logs, scales, previous, archetypes)
        previous = in_logs.set_axis(names)

        for name, centroid in sorted(zip(names, centroids.tolist(), strict=True)):
            cluster = {"as_of_date": date, "cluster": name}
            cluster |= {"named_by": named_by, "status": "ok", "reason": ""}
            intercept, coefficients = linear_form(centroid, center.tolist(), scale.tolist())
            rows.append(cluster | {"feature": "intercept", "coefficient": intercept})
            rows += [
                cluster
                | {"feature": feature, "coefficient": coefficients[i], "centroid": centroid[i]}
                | {"center": center[i], "scale": scale[i]}
                for i, feature in enumerate(used)
            ]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


@one_thread
def partition(
    points: np.ndarray, count: int, starts: int = STARTS, start: np.ndarray | None = None
) -> Partition:
    """K-Means: the least inertia of several starts.

    Each start is followed until no point is nearer to another centroid (Lloyd); the best then until
    no single point can go to another cluster, centroids moving along, with less inertia (Hartigan
    and Wong), which is never more and mostly the same from whichever starts.

    Parameters
    ----------
    points : array of shape (customers, features)
        Scaled, sorted: starts are drawn by position.
    count : int
        How many clusters; at most the number of different points.
    starts : int
        How many starts by k-means++, numbered from 0 (their random_state).
    start : array of shape (count, features), optional
        Centroids of a further start.
    """
    # tol is the movement at which to stop; 0 goes on to where nothing changes any more.
    settings = {"n_clusters": count, "n_init": 1, "tol": 0.0, "max_iter": MAX_ITERATIONS}
    runs = [KMeans(**settings, random_state=seed).fit(points) for seed in range(starts)]
    if start is not None and start.shape == (count, points.shape[1]):
        runs.append(KMeans(**settings, init=start).fit(points))
    inertias = [round(float(run.inertia_), PLACES) for run in runs]
    best = runs[int(np.argmin(inertias))]
    centroids, least = _transfer(points, best.labels_, count)
    same = np.mean([inertia <= least * (1 + SAME_INERTIA) for inertia in inertias[:starts]])
    return Partition(centroids[np.lexsort(centroids.T[::-1])], least, float(same))


def _transfer(points: np.ndarray, labels: np.ndarray, count: int) -> tuple[np.ndarray, float]:
    """Centroids and inertia after moving single points as long as that makes the inertia less."""
    labels = labels.copy()
    everyone = np.arange(len(points))
    while True:
        sizes = np.bincount(labels, minlength=count).astype(float)
        sums = np.stack([np.bincount(labels, column, count) for column in points.T], axis=1)
        centroids = sums / sizes[:, None]
        distances = np.stack([((points - centroid) ** 2).sum(axis=1) for centroid in centroids], 1)
        own = distances[everyone, labels]
        # Who is alone in a cluster adds nothing to the inertia, and stays.
        leaving = own * (sizes / np.maximum(sizes - 1, 1))[labels]
        joining = distances * (sizes / (sizes + 1))
        joining[everyone, labels] = np.inf
        gains = np.round(leaving - joining.min(axis=1), PLACES)
        mover = int(gains.argmax())
        if gains[mover] <= 0:
            return np.round(centroids, PLACES) + 0.0, round(float(own.sum()), PLACES)
        labels[mover] = joining[mover].argmin()


def kept_features(features: pd.DataFrame) -> list[str]:
    """The kept ones of `choose_features`, in order of preference."""
    return list(features[features["is_kept"]].sort_values("preference")["feature"])


def whole_number(values: pd.Series) -> int | None:
    """The number in a column of one row or none; None where there is no number."""
    numbers = values.dropna()
    return int(numbers.iloc[0]) if len(numbers) else None


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The number of the nearest centroid of each point; of equally near ones the first."""
    distances = np.stack([((points - centroid) ** 2).sum(axis=1) for centroid in centroids])
    return distances.argmin(axis=0)


def linear_form(
    centroid: Sequence[float], center: Sequence[float], scale: Sequence[float]
) -> tuple[float, list[float]]:
    """Intercept and coefficients of a function that is largest for the nearest centroid.

    |z - m|^2 is |z|^2 - 2 (z m - |m|^2 / 2), and |z|^2 is the same for all centroids m; z is the
    feature less its center, over its scale.
    """
    terms = list(zip(centroid, center, scale, strict=True))
    intercept = -sum(m * c / s + m * m / 2 for m, c, s in terms)
    return intercept, [m / s for m, _, s in terms]


def assign_names(profiles: np.ndarray, archetypes: pd.DataFrame) -> tuple[list[str], float]:
    """The names that fit profiles best, each name at most once, and what they cost in all.

    Parameters
    ----------
    profiles : array of shape (clusters, profile columns)
        Standard deviations from the mean of all customers, columns as in `PROFILE`.
    archetypes : pandas.DataFrame
        As of `fit_dates`; at least as many as profiles.
    """
    costs = _name_costs(profiles, archetypes)
    clusters, names = linear_sum_assignment(costs)
    return list(archetypes["cluster"].iloc[names]), float(costs[clusters, names].sum())


def _name_costs(profiles: np.ndarray, archetypes: pd.DataFrame) -> np.ndarray:
    positions = archetypes[list(PROFILE)].to_numpy(float)
    distances = ((profiles[:, None, :] - positions[None, :, :]) ** 2).sum(axis=2)
    extra = np.where(archetypes["is_core"].to_numpy(bool), 0.0, EXTRA_NAME_COST)
    # Equal costs must be equal to the last digit, so that they are told apart by their order.
    return np.round(distances + extra, PLACES)


def _names(
    profiles: np.ndarray,
    centroids: pd.DataFrame,
    scales: dict[str, tuple[float, float]],
    previous: pd.DataFrame | None,
    archetypes: pd.DataFrame,
) -> tuple[list[str], str]:
    by_profile, least = assign_names(profiles, archetypes)
    if previous is None:
        return by_profile, "profile"
    shared = [feature for feature in centroids.columns if feature in previous.columns]
    unit = np.array([scales[feature][1] for feature in shared])
    here, before = (table[shared].to_numpy() / unit for table in (centroids, previous))
    distances = np.round(((here[:, None, :] - before[None, :, :]) ** 2).sum(axis=2), PLACES)
    kept = [previous.index[other] for other in linear_sum_assignment(distances)[1]]
    place = {name: number for number, name in enumerate(archetypes["cluster"])}
    costs = _name_costs(profiles, archetypes)
    cost = sum(costs[number, place[name]] for number, name in enumerate(kept))
    if cost > least + KEPT_NAME_COST:
        return by_profile, "profile"
    return kept, "previous_date"


def _profiles(vectors: pd.DataFrame, labels: np.ndarray) -> np.ndarray:
    """Means of each cluster, in standard deviations from the mean of all customers."""
    values = vectors[list(PROFILE.values())].to_numpy()
    deviation = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    return np.stack([scaled[labels == label].mean(axis=0) for label in range(labels.max() + 1)])


def _criteria(points: np.ndarray, count: int) -> dict:
    found = partition(points, count)
    labels = nearest(points, found.centroids)
    chance = np.random.default_rng(0)
    few = chance.permutation(len(points))[:SILHOUETTE_ROWS]
    silhouette = None
    if 1 < len(np.unique(labels[few])) < len(few):
        silhouette = round(float(silhouette_score(points[few], labels[few])), PLACES)
    scores = []
    for number in range(BOOTSTRAPS):
        drawn = chance.integers(0, len(points), min(len(points), BOOTSTRAP_ROWS))
        sample = points[np.sort(drawn)]
        # A sample may miss a point that stands alone; then there is nothing to compare.
        clusters = min(count, len(np.unique(sample, axis=0)))
        again = KMeans(clusters, n_init=BOOTSTRAP_STARTS, random_state=number).fit(sample)
        scores.append(adjusted_rand_score(labels, nearest(points, again.cluster_centers_)))
    return {
        "inertia": round(found.inertia, 4),
        "silhouette": silhouette,
        "stability": round(float(np.mean(scores)), PLACES),
        "smallest_share": float(np.bincount(labels, minlength=count).min() / len(labels)),
        "start_count": STARTS,
        "same_optimum_share": found.same_optimum_share,
    }


def _elbow(inertia: np.ndarray) -> np.ndarray:
    """Distance of each point of a falling curve to the chord between its ends, below it above 0."""
    if len(inertia) < 3 or inertia[0] <= inertia[-1]:
        return np.zeros(len(inertia))
    along = np.linspace(0, 1, len(inertia))
    height = (inertia - inertia[-1]) / (inertia[0] - inertia[-1])
    return np.round((1 - along - height) / np.sqrt(2), PLACES) + 0.0


def _apply_rule(table: pd.DataFrame, fitted: pd.Index, cluster_count: int | None) -> None:
    if not len(fitted):
        return
    rows = table.loc[fitted]
    stable, large = rows["stability"] >= MIN_STABILITY, rows["smallest_share"] >= MIN_SHARE
    table.loc[fitted, "reason"] = np.select(
        [~stable.to_numpy(bool), ~large.to_numpy(bool)],
        [f"stability below {MIN_STABILITY}", f"a cluster below {MIN_SHARE:.0%} of all"],
        "nearer to the chord of the inertia curve",
    )
    if cluster_count is not None:
        chosen, reason = rows.index[rows["cluster_count"] == cluster_count], "the var cluster_count"
        if not len(chosen):
            return
        chosen = chosen[0]
    elif (stable & large).any():
        # The first of equal ones, so the smaller number.
        chosen = rows.loc[stable & large, "elbow_distance"].astype(float).idxmax()
        reason = "the largest distance to the chord of the inertia curve of all stable ones"
    else:
        chosen = rows["stability"].astype(float).idxmax()
        reason = "the most stable one, where none is stable without a small cluster"
    table.loc[chosen, "is_selected"] = True
    table.loc[chosen, "reason"] = reason


def _sorted(vectors: pd.DataFrame) -> pd.DataFrame:
    """By what they hold: customers with equal vectors can stand for each other."""
    features = [column for column in vectors.columns if column not in KEYS]
    return vectors[features].sort_values(features, ignore_index=True)


def _scales(vectors: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Median and interquartile range of each feature."""
    if not len(vectors):
        return dict.fromkeys(vectors.columns, (np.nan, np.nan))
    low, middle, high = np.percentile(vectors.to_numpy(float), [25, 50, 75], axis=0)
    scales = zip(np.round(middle, PLACES), np.round(high - low, PLACES), strict=True)
    return {
        feature: (float(center), float(scale))
        for feature, (center, scale) in zip(vectors.columns, scales, strict=True)
    }


def _points(vectors: pd.DataFrame, used: Sequence[str]) -> tuple[np.ndarray, str]:
    """Customers as scaled points, and why they cannot be fitted; empty where they can."""
    scales = _scales(vectors)
    if len(vectors) < MIN_CUSTOMERS:
        return np.empty((0, 0)), _too_few(len(vectors))
    if not used:
        return np.empty((0, 0)), "no feature has a spread"
    center, scale = np.array([scales[feature] for feature in used]).T
    return (vectors[list(used)].to_numpy(float) - center) / scale, ""


def _correlation(one: pd.Series, other: pd.Series) -> float:
    return round(float(np.corrcoef(one.to_numpy(float), other.to_numpy(float))[0, 1]), PLACES)


def _too_few(count: int) -> str:
    return f"customers: {count}; the fewest to fit are {MIN_CUSTOMERS}"
