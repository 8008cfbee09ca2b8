"""Computes power, detectable effects and break-even response of each campaign before launch."""

from customer_value import power
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    plans = bounded_frame(dbt.ref("int_campaign_plan"))
    return power.frame(plans)
