"""Fits the clusters of each as-of date, and names them."""

from customer_value import clusters
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits

# About 20,000 customers at each of a few dozen dates.
MAX_ROWS = 5_000_000


def model(dbt, session):
    dbt.config(materialized="table")
    features = bounded_frame(dbt.ref("fit_cluster_features"))
    selection = bounded_frame(dbt.ref("fit_cluster_selection").filter("is_selected"))
    archetypes = bounded_frame(dbt.ref("cluster_names"))
    sample = bounded_frame(dbt.ref("int_customers__cluster_sample"), MAX_ROWS)

    fits = KeptFits(dbt, session, clusters.no_rows())
    clusters.fit_dates(
        # groupby yields the dates in ascending order, which fit_dates requires.
        sample.groupby("as_of_date"),
        clusters.kept_features(features),
        clusters.whole_number(selection["cluster_count"]),
        archetypes,
        make=fits.add,
    )
    return fits.table()
