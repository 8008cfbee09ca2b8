"""Fits the model of the next period's value tier on windows that had ended by each as-of date."""

from customer_value import value_tiers
from customer_value.frames import bounded_frame

# SQL samples 20,000 customers of each training cut-off (int_training_sets).
MOST_ROWS = 2_500_000


def model(dbt, session):
    dbt.config(materialized="table")
    sets = dbt.ref("int_training_sets")
    scales = bounded_frame(dbt.ref("int_feature_scales"))
    keys = bounded_frame(sets.select("as_of_date", "horizon_days").distinct())
    # Cross-validation is slow: of each horizon the newest fit whose window has ended since has it.
    newest = keys["as_of_date"].max()

    fits = []
    for date, horizon in sorted(keys.itertuples(index=False)):
        rows = sets.filter(
            f"as_of_date = cast('{date:%Y-%m-%d}' as date) and horizon_days = {horizon}"
        )
        training = bounded_frame(rows, MOST_ROWS)
        is_newest = (newest - date).days == horizon
        fits.append((date, horizon, value_tiers.fit(training, scales, date, is_newest)))
    return value_tiers.frame(fits)
