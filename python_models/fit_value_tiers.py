"""Fits the model of the next period's value tier on windows that had ended by each as-of date."""

from customer_value import value_tiers
from customer_value.training import training_fits


def model(dbt, session):
    dbt.config(materialized="table")
    sets, scales = dbt.ref("int_training_sets"), dbt.ref("int_feature_scales")

    def fit(date, horizon, training, scales):
        return value_tiers.frame([(date, horizon, value_tiers.fit(training, scales, date))])

    return training_fits(dbt, session, sets, scales, value_tiers.frame([]), fit)
