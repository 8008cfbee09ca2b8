"""Fits the churn model of each as-of date and horizon on windows that had ended by then."""

from customer_value import churn
from customer_value.training import training_fits


def model(dbt, session):
    dbt.config(materialized="table")
    sets, scales = dbt.ref("int_training_sets"), dbt.ref("int_feature_scales")

    def fit(date, horizon, training, scales):
        return churn.frame([(date, horizon, churn.fit(training, scales, date))])

    return training_fits(dbt, session, sets, scales, churn.frame([]), fit)
