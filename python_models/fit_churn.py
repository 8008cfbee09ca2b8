"""Fits the churn model of each as-of date and horizon on windows that had ended by then."""

from customer_value import churn
from customer_value.training import training_fits


def model(dbt, session):
    dbt.config(materialized="table")
    settings, dates = dbt.ref("int_fit_settings"), dbt.ref("int_as_of_dates")
    sets, scales = dbt.ref("int_training_sets"), dbt.ref("int_feature_scales")
    given = settings, dates, sets, scales

    def fit(date, horizon, training, scales):
        return churn.frame([(date, horizon, churn.fit(training, scales, date))])

    return training_fits(dbt, session, *given, churn.frame([]), fit)
