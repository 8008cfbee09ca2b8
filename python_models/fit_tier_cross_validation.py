"""Cross-validates the classifiers of the next value tier inside their training windows."""

from customer_value import value_tiers
from customer_value.frames import bounded_frame

# SQL samples 20,000 customers of each training cut-off (int_training_sets).
MAX_ROWS = 2_500_000


def model(dbt, session):
    dbt.config(materialized="table")
    sets = dbt.ref("int_training_sets")
    scales = bounded_frame(dbt.ref("int_feature_scales"))
    keys = bounded_frame(sets.select("as_of_date", "horizon_days").distinct())
    # Cross-validation is slow, so only the newest fit per horizon whose window has ended is run.
    newest = keys["as_of_date"].max()

    accuracies = []
    for date, horizon in sorted(keys.itertuples(index=False)):
        if (newest - date).days == horizon:
            rows = sets.filter(
                f"as_of_date = cast('{date:%Y-%m-%d}' as date) and horizon_days = {horizon}"
            )
            training = bounded_frame(rows, MAX_ROWS)
            by_model = value_tiers.cross_validate(training, scales, date)
            accuracies.append((date, horizon, len(training), by_model))
    return value_tiers.accuracy_frame(accuracies)
