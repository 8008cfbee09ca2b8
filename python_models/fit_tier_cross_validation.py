"""Cross-validates the classifiers of the next value tier inside their training windows."""

from customer_value import value_tiers
from customer_value.training import training_fits


def model(dbt, session):
    dbt.config(materialized="table")
    settings, dates = dbt.ref("int_fit_settings"), dbt.ref("int_as_of_dates")
    sets, scales = dbt.ref("int_training_sets"), dbt.ref("int_feature_scales")
    given = settings, dates, sets, scales

    def fit(date, horizon, training, scales):
        accuracy = value_tiers.cross_validate(training, scales, date)
        return value_tiers.accuracy_frame([(date, horizon, len(training), accuracy)])

    # Cross-validation is slow, so only the newest fit per horizon whose window has ended is run.
    no_rows = value_tiers.accuracy_frame([])
    return training_fits(dbt, session, *given, no_rows, fit, is_newest_only=True)
