"""Cross-validates the classifiers of the next value tier inside their training windows."""

from customer_value import value_tiers
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits

# SQL samples 20,000 customers of each training cut-off (int_training_sets).
MAX_ROWS = 2_500_000


def model(dbt, session):
    dbt.config(materialized="table")
    sets = dbt.ref("int_training_sets")
    scales = bounded_frame(dbt.ref("int_feature_scales"))
    keys = bounded_frame(sets.select("as_of_date", "horizon_days").distinct())
    # Cross-validation is slow, so only the newest fit per horizon whose window has ended is run.
    newest = keys["as_of_date"].max()

    fits = KeptFits(dbt, session, value_tiers.accuracy_frame([]))
    for date, horizon in sorted(keys.itertuples(index=False)):
        if (newest - date).days == horizon:
            rows = sets.filter(
                f"as_of_date = cast('{date:%Y-%m-%d}' as date) and horizon_days = {horizon}"
            )
            training = bounded_frame(rows, MAX_ROWS)
            fits.add(
                lambda date, horizon, training, scales: value_tiers.accuracy_frame(
                    [
                        (
                            *(date, horizon, len(training)),
                            value_tiers.cross_validate(training, scales, date),
                        )
                    ]
                ),
                date,
                horizon,
                training,
                scales[scales["as_of_date"].isin([date, *training["cutoff_date"]])],
            )
    return fits.table()
