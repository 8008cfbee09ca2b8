"""Fits the churn model of each as-of date and horizon on windows that had ended by then."""

from customer_value import churn
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits

# SQL samples 20,000 customers of each training cut-off (int_training_sets).
MAX_ROWS = 2_500_000


def model(dbt, session):
    dbt.config(materialized="table")
    sets = dbt.ref("int_training_sets")
    scales = bounded_frame(dbt.ref("int_feature_scales"))
    keys = bounded_frame(sets.select("as_of_date", "horizon_days").distinct())

    fits = KeptFits(dbt, session, churn.frame([]))
    for date, horizon in sorted(keys.itertuples(index=False)):
        rows = sets.filter(
            f"as_of_date = cast('{date:%Y-%m-%d}' as date) and horizon_days = {horizon}"
        )
        training = bounded_frame(rows, MAX_ROWS)
        fits.add(
            lambda date, horizon, training, scales: churn.frame(
                [(date, horizon, churn.fit(training, scales, date))]
            ),
            date,
            horizon,
            training,
            scales[scales["as_of_date"].isin([date, *training["cutoff_date"]])],
        )
    return fits.table()
