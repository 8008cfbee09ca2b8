"""Compares the treatment variants of each campaign in pairs, from sums per variant."""

from customer_value import uplift
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    arms = bounded_frame(dbt.ref("int_campaign_arms"))
    return uplift.ab_tests(arms)
