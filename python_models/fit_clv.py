"""Fits the purchase models of each as-of date, in calendar time and in operational time."""

from customer_value import clv
from customer_value.frames import bounded_frame
from customer_value.kept import KeptFits, scored_dates

# SQL samples about two million customers (int_customers__purchase_summary) and groups equal ones.
MAX_ROWS = 2_500_000
# What features need at every date (int_customers__features).
FEATURE_MODELS = ("bg_nbd",)


def model(dbt, session):
    dbt.config(materialized="table")
    settings = bounded_frame(dbt.ref("int_fit_settings"))
    dates = bounded_frame(dbt.ref("int_as_of_dates"))
    purchases = dbt.ref("int_purchase_patterns")
    values = dbt.ref("int_value_patterns")
    clock = dbt.ref("int_clv_clock")

    scored = scored_dates(dates)
    fits = KeptFits(dbt, session, settings, clv.parameter_frame([]))
    for date in dates[dates["as_of_date"].isin(scored)].sort_values("as_of_date").itertuples():
        then = f"as_of_date = cast('{date.as_of_date:%Y-%m-%d}' as date)"
        # Intervals are computed where all candidates are compared or customers are scored.
        has_intervals = date.is_fit_date or date.is_backtest_cutoff
        has_candidates = has_intervals or date.is_month_end
        clocks = then if has_candidates else f"{then} and clock = 'calendar'"
        fits.add(
            lambda *given: clv.parameter_frame(clv.fit_date(*given)),
            date.as_of_date,
            bounded_frame(purchases.filter(f"{then} and fitted_customer_count > 0"), MAX_ROWS),
            bounded_frame(values.filter(then), MAX_ROWS),
            bounded_frame(clock.filter(clocks)),
            clv.ORDER_MODELS if has_candidates else FEATURE_MODELS,
            bool(has_intervals),
            scored_dates=scored[date.as_of_date],
        )
    return fits.table()
