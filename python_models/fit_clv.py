"""Fits the purchase models of each as-of date, in calendar time and in operational time."""

from customer_value import clv
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits

# SQL samples about two million customers (int_customers__purchase_summary) and groups equal ones.
MAX_ROWS = 2_500_000


def model(dbt, session):
    dbt.config(materialized="table")
    dates = bounded_frame(dbt.ref("int_as_of_dates"))
    purchases = dbt.ref("int_purchase_patterns")
    values = dbt.ref("int_value_patterns")
    clock = dbt.ref("int_clv_clock")

    fits = KeptFits(dbt, session, clv.parameter_frame([]))
    for date in sorted(dates["as_of_date"]):
        then = f"as_of_date = cast('{date:%Y-%m-%d}' as date)"
        fits.add(
            lambda *given: clv.parameter_frame(clv.fit_date(*given)),
            date,
            bounded_frame(purchases.filter(f"{then} and fitted_customer_count > 0"), MAX_ROWS),
            bounded_frame(values.filter(then), MAX_ROWS),
            bounded_frame(clock.filter(then)),
        )
    return fits.table()
