"""Predicts the outcomes after each cut-off with other methods, from the published models' rows."""

from customer_value import challengers
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits

# SQL samples 20,000 customers per training cut-off, and 50,000 per cut-off that is scored.
MAX_ROWS = 2_500_000


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_fit_settings"))
    sets = dbt.ref("int_training_sets")
    vectors = dbt.ref("int_customers__feature_vectors")
    scales = bounded_frame(dbt.ref("int_feature_scales"))
    keys = bounded_frame(sets.select("as_of_date", "horizon_days").distinct())
    newest = keys["as_of_date"].max()

    fits = KeptFits(dbt, session, settings, challengers.frame([]))
    for date, horizon in sorted(keys[keys["as_of_date"] < newest].itertuples(index=False)):
        then = f"as_of_date = cast('{date:%Y-%m-%d}' as date)"
        training = bounded_frame(sets.filter(f"{then} and horizon_days = {horizon}"), MAX_ROWS)
        customers = bounded_frame(vectors.filter(f"{then} and is_in_backtest"))
        fits.add(
            lambda date, horizon, *given: challengers.frame(
                [(horizon, challengers.predict(*given))]
            ),
            date,
            horizon,
            training,
            customers.rename(columns={"as_of_date": "cutoff_date"}),
            scales[scales["as_of_date"].isin([date, *training["cutoff_date"]])],
            # Forests are slow; one cut-off per horizon is enough to compare them.
            (newest - date).days == horizon,
        )
    return fits.table()
