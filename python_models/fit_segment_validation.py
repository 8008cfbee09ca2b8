"""Tests whether groups of customers differ in their outcomes after a cut-off."""

from customer_value import validation
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    groups = bounded_frame(dbt.ref("int_validation__groups"))
    return validation.frame(groups)
