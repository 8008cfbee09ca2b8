"""Fits the clusters of each as-of date, and names them."""

from customer_value import clusters
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits, scored_dates

# About 20,000 customers at each of a few dozen dates.
MAX_ROWS = 5_000_000


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_fit_settings"))
    dates = dbt.ref("int_as_of_dates").filter("is_current or is_month_end or is_backtest_cutoff")
    scored = scored_dates(bounded_frame(dates))
    features = bounded_frame(dbt.ref("fit_cluster_features"))
    selection = bounded_frame(dbt.ref("fit_cluster_selection").filter("is_selected"))
    archetypes = bounded_frame(dbt.ref("cluster_names"))
    sample = bounded_frame(dbt.ref("int_customers__cluster_sample"), MAX_ROWS)

    fits = KeptFits(dbt, session, settings, clusters.no_rows())
    clusters.fit_dates(
        # groupby yields the dates in ascending order, which fit_dates requires.
        sample.groupby("as_of_date"),
        clusters.kept_features(features),
        clusters.whole_number(selection["cluster_count"]),
        archetypes,
        make=lambda fit, date, *given: fits.add(fit, date, *given, scored_dates=scored[date]),
    )
    return fits.table()
