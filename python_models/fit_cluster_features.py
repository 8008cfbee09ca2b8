"""Selects the features that clusters are fitted on, at the current date."""

from customer_value import clusters
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_cluster_settings"))
    sample = dbt.ref("int_customers__cluster_sample")
    return clusters.choose_features(
        bounded_frame(sample.filter("is_current"), clusters.MAX_SAMPLED),
        settings["correlation_limit"].iloc[0],
    )
