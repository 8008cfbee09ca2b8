"""Computes the criteria of each number of clusters at the current date, and selects one."""

from customer_value import clusters
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_fit_settings"))
    features = bounded_frame(dbt.ref("fit_cluster_features"))
    sample = dbt.ref("int_customers__cluster_sample")
    vectors = bounded_frame(sample.filter("is_current_fit"), clusters.MAX_SAMPLED)

    fits = KeptFits(dbt, session, settings, clusters.no_counts())
    fits.add(
        clusters.select_count,
        vectors,
        clusters.kept_features(features),
        clusters.whole_number(settings["cluster_count"]),
    )
    return fits.table()
