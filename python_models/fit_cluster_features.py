"""Selects the features that clusters are fitted on, at the date of the current fits."""

from customer_value import clusters
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_fit_settings"))
    sample = dbt.ref("int_customers__cluster_sample")

    fits = KeptFits(dbt, session, settings, clusters.no_features())
    fits.add(
        clusters.choose_features,
        bounded_frame(sample.filter("is_current_fit"), clusters.MAX_SAMPLED),
        settings["correlation_limit"].iloc[0],
    )
    return fits.table()
