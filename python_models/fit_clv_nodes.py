"""Computes the quadrature by which SQL computes means over the dropout probability."""

from customer_value import clv
from customer_value.frames import bounded_frame


def model(dbt, session):
    dbt.config(materialized="table")
    # At other dates nothing is predicted.
    candidates = dbt.ref("int_clv_candidates").filter(
        "is_backtest_cutoff or is_month_end or is_scored_in_full"
    )
    parameters = bounded_frame(candidates.select("as_of_date", "order_model", "clock", "a", "b"))
    patterns = dbt.ref("int_purchase_patterns")
    counts = bounded_frame(patterns.select("as_of_date", "repeat_count").distinct())
    return clv.node_frame(parameters.rename(columns={"order_model": "model"}), counts)
