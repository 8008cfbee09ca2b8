"""Estimates the season of each as-of date from the months that were complete by then."""

import pandas as pd
from customer_value import season
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits


def model(dbt, session):
    dbt.config(materialized="table")
    cohorts = bounded_frame(dbt.ref("int_cohort_months"))
    dates = bounded_frame(dbt.ref("int_as_of_dates"))
    complete_on = cohorts["order_month"] + pd.offsets.MonthBegin()

    fits = KeptFits(dbt, session, season.frame([]))
    for date in sorted(dates["as_of_date"]):
        fits.add(
            lambda date, months: season.frame([(date, season.fit(months))]),
            date,
            cohorts[complete_on <= date],
        )
    return fits.table()
