"""Computes the criteria of each number of clusters at the current date, and selects one."""

from customer_value import clusters
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_cluster_settings"))
    features = bounded_frame(dbt.ref("fit_cluster_features"))
    sample = dbt.ref("int_customers__cluster_sample")
    return clusters.select_count(
        bounded_frame(sample.filter("is_current"), clusters.MAX_SAMPLED),
        clusters.kept_features(features),
        clusters.whole_number(settings["cluster_count"]),
    )
