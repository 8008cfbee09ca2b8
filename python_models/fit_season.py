"""Estimates the season of each as-of date from the months that were complete by then."""

import pandas as pd
from customer_value import season
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits, scored_dates


def model(dbt, session):
    dbt.config(materialized="table")
    cohorts = bounded_frame(dbt.ref("int_cohort_months"))
    settings = bounded_frame(dbt.ref("int_fit_settings"))
    scored = scored_dates(bounded_frame(dbt.ref("int_as_of_dates")))
    complete_on = cohorts["order_month"] + pd.offsets.MonthBegin()

    fits = KeptFits(dbt, session, settings, season.frame([]))
    for date in scored:
        fits.add(
            lambda date, months: season.frame([(date, season.fit(months))]),
            date,
            cohorts[complete_on <= date],
            scored_dates=scored[date],
        )
    return fits.table()
