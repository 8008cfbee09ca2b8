"""Clusters of customers: K-Means on logs of their features, with a fixed rule for the number.

A customer is a point: the features of int_customers__cluster_sample, as ln(1 + x), minus the median
and divided by the interquartile range (scikit-learn's RobustScaler). A feature that is strongly
correlated with an earlier one is dropped. Lloyd's algorithm runs from many starts until no customer
changes cluster. The result with the lowest inertia is improved further by moving single customers.
The number of clusters is selected at the current date. Each cluster is named after the archetype
with the closest profile, and keeps its name from date to date.

The clusters are fitted on a sample. SQL assigns every customer to the nearest centroid, which is
the largest of linear functions (macros/features/linear_form.sql).

Sources: Arthur and Vassilvitskii (2007), "k-means++"; Hartigan and Wong (1979), "A K-Means
clustering algorithm", Applied Statistics 28(1); Rousseeuw (1987), "Silhouettes"; Hubert and Arabie
(1985), "Comparing partitions" (adjusted Rand index); Hennig (2007), "Cluster-wise assessment of
cluster stability" (bootstrap); Satopaa et al. (2011), "Finding a kneedle in a haystack" (distance
to the chord); Kuhn (1955), "The Hungarian method" (names).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from customer_value.threads import one_thread

# The other columns of int_customers__cluster_sample are features, in order of preference.
KEYS = ("as_of_date", "customer_id", "is_current_fit")
COUNTS = range(2, 11)
# The dimensions of a profile: each column of the seed cluster_names, and its feature.
PROFILE = {
    "recency": "log_recency",
    "orders": "log_orders",
    "value": "log_revenue",
    "order_value": "log_order_value",
    "tenure": "log_tenure",
}

# SQL samples about 20,000 customers per date by hash.
MAX_SAMPLED = 50_000
# With fewer customers, two samples rarely have the same clusters.
MIN_CUSTOMERS = 100
# The rule for the number of clusters: lowest bootstrap stability, smallest share of customers.
MIN_STABILITY = 0.8
MIN_SHARE = 0.02

STARTS = 20
# For the clusters of the current date, which are published.
FINAL_STARTS = 100
EARLIER_STARTS = 10
MAX_ITERATIONS = 1_000
# Inertias within this relative distance of the lowest count as the same optimum.
SAME_INERTIA = 1e-3
BOOTSTRAPS = 10
BOOTSTRAP_STARTS = 3
BOOTSTRAP_ROWS = 5_000
SILHOUETTE_ROWS = 2_000

# A name that is not a core name must fit better by this much: squared standard deviations.
EXTRA_NAME_COST = 1.0
# Names of the previous date are kept unless names by profile fit better by more than this: squared
# standard deviations, summed over all clusters.
KEPT_NAME_COST = 1.0

# Decimal places; further ones depend on the order of additions.
PLACES = 8


@dataclass(frozen=True)
class Partition:
    """The best K-Means result of several starts.

    Attributes
    ----------
    centroids : numpy.ndarray of shape (clusters, features)
        Rounded, and sorted by their coordinates.
    inertia : float
        Sum of squared distances of the points to their centroids.
    same_optimum_share : float
        Share of the starts whose inertia is at most `SAME_INERTIA` (relative) above the best.
    """

    centroids: np.ndarray
    inertia: float
    same_optimum_share: float


@one_thread
def choose_features(vectors: pd.DataFrame, correlation_limit: float) -> pd.DataFrame:
    """Select the features for clustering: those with a spread that repeat no earlier feature.

    Parameters
    ----------
    vectors : pandas.DataFrame
        One row per customer, with one column per feature (logs), in order of preference.
    correlation_limit : float
        Between 0 and 1. A feature is dropped if the absolute value of its correlation with an
        earlier kept feature is larger.

    Returns
    -------
    pandas.DataFrame
        One row per feature: ``preference`` (1 is first), ``feature``, ``is_kept``, ``reason``
        (empty where kept), ``correlated_with`` (the earlier kept feature with the strongest
        correlation), ``correlation`` with it (-1 to 1; both null where no correlation was
        computed), ``center`` (median) and ``scale`` (interquartile range), both in logs and null
        without customers.

    Examples
    --------
    >>> vectors = pd.DataFrame({"log_orders": range(100), "log_revenue": range(0, 200, 2)})
    >>> choose_features(vectors, 0.9)[["feature", "is_kept", "reason", "scale"]]
           feature  is_kept                      reason  scale
    0   log_orders     True                               49.5
    1  log_revenue    False  correlated with log_orders   99.0
    """
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
    types = no_features().dtypes
    return pd.DataFrame(rows, columns=list(types.index)).astype(types)


def no_features() -> pd.DataFrame:
    """Make the table of `choose_features` without rows."""
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
    return pd.DataFrame(columns=list(types)).astype(types)


@one_thread
def select_count(
    vectors: pd.DataFrame, kept: Sequence[str], cluster_count: int | None = None
) -> pd.DataFrame:
    """Compute the criteria of each number of clusters from 2 to 10, and select one.

    Parameters
    ----------
    vectors : pandas.DataFrame
        One row per customer, with one column per feature (logs), in order of preference.
    kept : sequence of str
        The features that are used.
    cluster_count : int, optional
        The number to select, regardless of the criteria.

    Returns
    -------
    pandas.DataFrame
        One row per ``cluster_count``: ``inertia``, ``elbow_distance`` (distance of the inertia
        curve to the chord between its ends, both axes scaled to 0 to 1; 0 at the ends),
        ``silhouette`` (-1 to 1, of at most `SILHOUETTE_ROWS` customers), ``stability`` (mean
        adjusted Rand index between these clusters and those of bootstrap samples, over all
        customers fitted), ``smallest_share`` (of the customers), ``start_count``,
        ``same_optimum_share``, ``is_selected``, ``reason`` (why it is selected, or why not),
        ``status``. Criteria are null where the status is not ``ok``.

    Raises
    ------
    KeyError
        If a kept feature is missing.

    Notes
    -----
    The rule considers the numbers with a stability of at least 0.8 and no cluster below 2 % of the
    customers. It selects the one with the largest elbow distance, and the smaller number of equals.
    If none qualifies, it selects the number with the highest stability. The module docstring gives
    the sources.
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
    table = pd.DataFrame(rows, columns=list(no_counts()))
    fitted = table.index[table["status"] == "ok"]
    table.loc[fitted, "elbow_distance"] = _elbow(table.loc[fitted, "inertia"].to_numpy(float))
    table["is_selected"] = False
    _apply_rule(table, fitted, cluster_count)
    return table.astype(no_counts().dtypes)


def no_counts() -> pd.DataFrame:
    """Make the table of `select_count` without rows."""
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
    return pd.DataFrame(columns=list(types)).astype(types)


@one_thread
def fit_dates(
    samples: Iterable[tuple[pd.Timestamp, pd.DataFrame]],
    kept: Sequence[str],
    cluster_count: int | None,
    archetypes: pd.DataFrame,
    make: Callable[..., pd.DataFrame] = lambda fit, *arguments: fit(*arguments),
) -> pd.DataFrame:
    """Fit the clusters of each date, and name them consistently over the dates.

    Parameters
    ----------
    samples : iterable of (as_of_date, vectors)
        In order of time, the current date last; vectors as in `choose_features`.
    kept : sequence of str
        The features used at the current date. A feature without spread at an earlier date is not
        used at that date.
    cluster_count : int or None
        The number selected at the current date; None if none was selected.
    archetypes : pandas.DataFrame
        One row per name: ``cluster`` (the name), ``is_core``, and the columns of `PROFILE`: the
        mean of such customers, in standard deviations from the mean of all.
    make : callable
        Makes the fit of one date from a function and its arguments, or has made it before
        (`kept.KeptFits.add`).

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``cluster`` and ``feature`` (or ``intercept``), with
        ``coefficient``: a customer belongs to the cluster with the largest sum of the intercept and
        each coefficient times its feature. Further columns: ``centroid`` (scaled), ``center`` and
        ``scale`` of the feature (logs), ``named_by`` (``profile`` or ``previous_date``), ``status``
        and ``reason``. A date without a fit has one row, without a cluster.

    Raises
    ------
    ValueError
        If there are fewer archetypes than clusters.

    Notes
    -----
    At the first date, clusters get the names that fit their profiles best: the optimal assignment
    of squared distances (Kuhn 1955), in which a name that is not a core name costs
    `EXTRA_NAME_COST` more. At each later date, a centroid gets the name of the matching centroid of
    the date before: the optimal assignment of squared distances in logs, divided by this date's
    scales. The names by profile replace these if they cost less by more than `KEPT_NAME_COST` in
    total.
    """
    samples = list(samples)
    archetypes = archetypes.sort_values("cluster").reset_index(drop=True)
    if cluster_count is not None and len(archetypes) < cluster_count:
        raise ValueError(
            f"The seed cluster_names has {len(archetypes)} names, "
            f"too few for {cluster_count} clusters"
        )
    previous = no_rows()
    tables = []
    for place, (date, vectors) in enumerate(samples, start=1):
        starts = FINAL_STARTS if place == len(samples) else EARLIER_STARTS
        table = make(
            _fit_date, date, vectors, previous, list(kept), cluster_count, archetypes, starts
        )
        tables.append(table)
        if (table["status"] == "ok").all():
            previous = table
    return pd.concat(tables or [previous], ignore_index=True)


def no_rows() -> pd.DataFrame:
    """Make the table of `fit_dates` without rows."""
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
    return pd.DataFrame(columns=list(types)).astype(types)


def _fit_date(
    date: pd.Timestamp,
    vectors: pd.DataFrame,
    previous: pd.DataFrame,
    kept: Sequence[str],
    cluster_count: int | None,
    archetypes: pd.DataFrame,
    starts: int,
) -> pd.DataFrame:
    """Fit the clusters of one date; `previous` has the rows of the last date with clusters."""
    vectors = _sorted(vectors)
    scales = _scales(vectors)
    used = [feature for feature in kept if scales[feature][1] > 0]
    points, reason = _points(vectors, used)
    if not reason and cluster_count is None:
        reason = "no number of clusters could be selected at the current date"
    if not reason and len(np.unique(points, axis=0)) < cluster_count:
        reason = f"fewer customers who differ than {cluster_count} clusters"
    if reason:
        row = {"as_of_date": date, "status": "not_fitted", "reason": reason}
        return pd.DataFrame([row], columns=list(no_rows())).astype(no_rows().dtypes)

    center, scale = np.array([scales[feature] for feature in used]).T
    before = _in_logs(previous, kept)
    start = None
    if before is not None and list(before.columns) == used:
        start = (before.to_numpy() - center) / scale
    centroids = partition(points, cluster_count, starts, start).centroids
    labels = nearest(points, centroids)
    in_logs = pd.DataFrame(centroids * scale + center, columns=used)
    names, named_by = _names(_profiles(vectors, labels), in_logs, scales, before, archetypes)

    rows = []
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
    return pd.DataFrame(rows, columns=list(no_rows())).astype(no_rows().dtypes)


@one_thread
def partition(
    points: np.ndarray, count: int, starts: int = STARTS, start: np.ndarray | None = None
) -> Partition:
    """Find clusters by K-Means: the lowest inertia of several starts.

    Each start runs until no point is nearer to another centroid (Lloyd). In the best result, single
    points then move to another cluster, and the centroids with them, as long as that lowers the
    inertia (Hartigan and Wong). This mostly ends at the same optimum whatever the starts.

    Parameters
    ----------
    points : numpy.ndarray of shape (customers, features)
        Scaled and sorted, because starts are drawn by position.
    count : int
        Number of clusters; at most the number of different points.
    starts : int
        Number of k-means++ starts; their random states are 0, 1, ...
    start : numpy.ndarray of shape (count, features), optional
        Centroids of a further start. It is ignored if its shape differs.

    Returns
    -------
    Partition

    Raises
    ------
    ValueError
        If there are fewer points than clusters.

    Notes
    -----
    Arthur and Vassilvitskii (2007), "k-means++"; Hartigan and Wong (1979), "A K-Means clustering
    algorithm", Applied Statistics 28(1).

    Examples
    --------
    >>> found = partition(np.array([[0.0], [1.0], [10.0], [11.0]]), 2)
    >>> found.centroids
    array([[ 0.5],
           [10.5]])
    >>> found.inertia
    1.0
    """
    # tol is the centroid movement below which Lloyd's algorithm stops; 0 runs it to the end.
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
    """Move single points while that lowers the inertia; return the centroids and the inertia."""
    labels = labels.copy()
    everyone = np.arange(len(points))
    while True:
        sizes = np.bincount(labels, minlength=count).astype(float)
        sums = np.stack([np.bincount(labels, column, count) for column in points.T], axis=1)
        centroids = sums / sizes[:, None]
        distances = np.stack([((points - centroid) ** 2).sum(axis=1) for centroid in centroids], 1)
        own = distances[everyone, labels]
        # A point that is alone in its cluster adds nothing to the inertia, and is not moved.
        leaving = own * (sizes / np.maximum(sizes - 1, 1))[labels]
        joining = distances * (sizes / (sizes + 1))
        joining[everyone, labels] = np.inf
        gains = np.round(leaving - joining.min(axis=1), PLACES)
        mover = int(gains.argmax())
        if gains[mover] <= 0:
            return np.round(centroids, PLACES) + 0.0, round(float(own.sum()), PLACES)
        labels[mover] = joining[mover].argmin()


def kept_features(features: pd.DataFrame) -> list[str]:
    """List the kept features in order of preference.

    Parameters
    ----------
    features : pandas.DataFrame
        One row per feature, as `choose_features` returns it.

    Returns
    -------
    list of str

    Examples
    --------
    >>> features = pd.DataFrame(
    ...     {
    ...         "preference": [2, 1, 3],
    ...         "feature": ["log_revenue", "log_orders", "log_tenure"],
    ...         "is_kept": [True, True, False],
    ...     }
    ... )
    >>> kept_features(features)
    ['log_orders', 'log_revenue']
    """
    return list(features[features["is_kept"]].sort_values("preference")["feature"])


def whole_number(values: pd.Series) -> int | None:
    """Read an optional whole number from a column of at most one row.

    Parameters
    ----------
    values : pandas.Series

    Returns
    -------
    int or None
        None if the column has no rows or only nulls.

    Examples
    --------
    >>> whole_number(pd.Series([5.0]))
    5
    >>> whole_number(pd.Series([None])) is None
    True
    """
    numbers = values.dropna()
    return int(numbers.iloc[0]) if len(numbers) else None


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Find the nearest centroid of each point.

    Parameters
    ----------
    points : numpy.ndarray of shape (customers, features)
    centroids : numpy.ndarray of shape (clusters, features)

    Returns
    -------
    integer numpy.ndarray of shape (customers,)
        Row of `centroids`; of equally near centroids, the first.

    Examples
    --------
    >>> nearest(np.array([[1.0], [4.0], [9.0]]), np.array([[0.0], [8.0]]))
    array([0, 0, 1])
    """
    distances = np.stack([((points - centroid) ** 2).sum(axis=1) for centroid in centroids])
    return distances.argmin(axis=0)


def linear_form(
    centroid: Sequence[float], center: Sequence[float], scale: Sequence[float]
) -> tuple[float, list[float]]:
    """Express the nearness to a centroid as a linear function of the unscaled features.

    Parameters
    ----------
    centroid : sequence of k floats
        Scaled coordinates of the centroid.
    center, scale : sequences of k floats
        Median and interquartile range of each feature, in the unit of the feature.

    Returns
    -------
    intercept : float
    coefficients : list of k floats
        Of all centroids, the nearest one has the largest intercept + coefficients @ features.

    Notes
    -----
    |z - m|^2 = |z|^2 - 2 (z m - |m|^2 / 2), and |z|^2 is the same for all centroids m. Here z is
    (feature - center) / scale.

    Examples
    --------
    >>> linear_form([2.0], [1.0], [0.5])
    (-6.0, [4.0])
    """
    terms = list(zip(centroid, center, scale, strict=True))
    intercept = -sum(m * c / s + m * m / 2 for m, c, s in terms)
    return intercept, [m / s for m, _, s in terms]


def assign_names(profiles: np.ndarray, archetypes: pd.DataFrame) -> tuple[list[str], float]:
    """Assign to each cluster the name with the closest profile, each name at most once.

    Parameters
    ----------
    profiles : numpy.ndarray of shape (clusters, 5)
        Standard deviations from the mean of all customers, columns as in `PROFILE`.
    archetypes : pandas.DataFrame
        As in `fit_dates`, with at least as many rows as `profiles`.

    Returns
    -------
    names : list of str
        One name per cluster.
    cost : float
        Sum over the clusters of the squared distance between profile and archetype, plus
        `EXTRA_NAME_COST` per name that is not a core name.

    Notes
    -----
    Kuhn (1955), "The Hungarian method for the assignment problem".

    Examples
    --------
    >>> archetypes = pd.DataFrame({"cluster": ["loyal", "new"], "is_core": [True, False]})
    >>> archetypes = archetypes.assign(**{name: [1.0, -1.0] for name in PROFILE})
    >>> assign_names(np.array([[-1.0] * 5, [1.0] * 5]), archetypes)
    (['new', 'loyal'], 1.0)
    """
    costs = _name_costs(profiles, archetypes)
    clusters, names = linear_sum_assignment(costs)
    return list(archetypes["cluster"].iloc[names]), float(costs[clusters, names].sum())


def _name_costs(profiles: np.ndarray, archetypes: pd.DataFrame) -> np.ndarray:
    positions = archetypes[list(PROFILE)].to_numpy(float)
    distances = ((profiles[:, None, :] - positions[None, :, :]) ** 2).sum(axis=2)
    extra = np.where(archetypes["is_core"].to_numpy(bool), 0.0, EXTRA_NAME_COST)
    # Equal costs must be equal to the last digit, so that the order of the names decides.
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


def _in_logs(fitted: pd.DataFrame, kept: Sequence[str]) -> pd.DataFrame | None:
    """Read the centroids of a date in logs: a row per cluster and a column per feature used."""
    fitted = fitted[fitted["feature"] != "intercept"]
    if fitted.empty:
        return None
    values = fitted["centroid"] * fitted["scale"] + fitted["center"]
    table = fitted.assign(value=values).pivot_table("value", index="cluster", columns="feature")
    return table[[feature for feature in kept if feature in table.columns]].sort_index()


def _profiles(vectors: pd.DataFrame, labels: np.ndarray) -> np.ndarray:
    """Compute each cluster's means, in standard deviations from the mean of all customers."""
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
        # A sample may have fewer different points than there are clusters.
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
    """Compute distances of a falling curve to the chord between its ends, positive below it."""
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
        # idxmax takes the first of equals, which is the smaller number.
        chosen = rows.loc[stable & large, "elbow_distance"].astype(float).idxmax()
        reason = "the largest distance to the chord of the inertia curve of all stable ones"
    else:
        chosen = rows["stability"].astype(float).idxmax()
        reason = "the most stable one, where none is stable without a small cluster"
    table.loc[chosen, "is_selected"] = True
    table.loc[chosen, "reason"] = reason


def _sorted(vectors: pd.DataFrame) -> pd.DataFrame:
    """Sort rows by their features: customers with equal vectors are interchangeable."""
    features = [column for column in vectors.columns if column not in KEYS]
    return vectors[features].sort_values(features, ignore_index=True)


def _scales(vectors: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Compute median and interquartile range of each feature."""
    if not len(vectors):
        return dict.fromkeys(vectors.columns, (np.nan, np.nan))
    low, middle, high = np.percentile(vectors.to_numpy(float), [25, 50, 75], axis=0)
    scales = zip(np.round(middle, PLACES), np.round(high - low, PLACES), strict=True)
    return {
        feature: (float(center), float(scale))
        for feature, (center, scale) in zip(vectors.columns, scales, strict=True)
    }


def _points(vectors: pd.DataFrame, used: Sequence[str]) -> tuple[np.ndarray, str]:
    """Scale customers into points; also return why they cannot be fitted, empty if they can."""
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
