"""Computes the quadrature by which SQL computes means over the dropout probability."""

from customer_value import clv
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    parameters = bounded_frame(dbt.ref("fit_clv"))
    patterns = dbt.ref("int_purchase_patterns")
    counts = bounded_frame(patterns.select("as_of_date", "repeat_count").distinct())
    return clv.node_frame(parameters, counts)
