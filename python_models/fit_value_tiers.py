"""Fits the model of the next period's value tier on windows that had ended by each as-of date."""

from customer_value import value_tiers
from customer_value.training import training_fits


def model(dbt, session):
    dbt.config(materialized="table")
    settings, dates = dbt.ref("int_fit_settings"), dbt.ref("int_as_of_dates")
    sets, scales = dbt.ref("int_training_sets"), dbt.ref("int_feature_scales")
    given = settings, dates, sets, scales

    def fit(date, horizon, training, scales):
        return value_tiers.frame([(date, horizon, value_tiers.fit(training, scales, date))])

    return training_fits(dbt, session, *given, value_tiers.frame([]), fit)
