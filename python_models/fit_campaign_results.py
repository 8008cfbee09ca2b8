"""Compares the treated customers of each campaign with its control group, from sums per arm."""

from customer_value import uplift
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    arms = bounded_frame(dbt.ref("int_campaign_arms"))
    return uplift.results(arms)
