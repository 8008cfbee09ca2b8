"""Fits the robust center and covariance of features for each date that is scored in full."""

from customer_value import anomalies
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits, scored_dates

# SQL samples about 20,000 customers per date by hash (int_customers__purchase_summary).
MAX_ROWS = 25_000


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_fit_settings"))
    dates = bounded_frame(dbt.ref("int_as_of_dates").filter("is_scored_in_full or is_fit_date"))
    offered = bounded_frame(dbt.ref("int_model_features").filter("anomaly_place is not null"))
    features = tuple(offered.sort_values("anomaly_place")["feature"])
    vectors = dbt.ref("int_customers__feature_vectors")

    fits = KeptFits(dbt, session, settings, anomalies.frame(None, None, features))
    for date, scored in scored_dates(dates).items():
        then = f"as_of_date = cast('{date:%Y-%m-%d}' as date)"
        sample = vectors.filter(f"{then} and is_in_training").select("customer_id", *features)
        fits.add(
            lambda date, customers, features: anomalies.frame(
                date, anomalies.fit(customers, features), features
            ),
            date,
            bounded_frame(sample, MAX_ROWS),
            features,
            scored_dates=scored,
        )
    return fits.table()
