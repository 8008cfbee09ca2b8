-- Grain: one row per past month's end and horizon that has passed since.
with clv_forecast as (
    select * from {{ ref('int_clv_forecast') }}
    where horizon_days is not null
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_month_end and not is_current
),

newest_as_of_date as (
    select as_of_date as current_as_of_date
    from {{ ref('int_as_of_dates') }}
    where is_current
),

cohort_order_days as (
    select * from {{ ref('int_cohort_order_days') }}
),

predicted as (
    select clv_forecast.*
    from clv_forecast
    inner join as_of_dates
        on clv_forecast.as_of_date = as_of_dates.as_of_date
    inner join newest_as_of_date
        on clv_forecast.step_date <= newest_as_of_date.current_as_of_date
),

actual as (
    select
        predicted.as_of_date,
        predicted.horizon_days,
        sum(cohort_order_days.order_day_count) as actual_orders,
        sum(cohort_order_days.net_revenue) as actual_revenue
    from predicted
    inner join cohort_order_days
        on
            predicted.as_of_date > cohort_order_days.cohort_month
            and predicted.as_of_date <= cohort_order_days.order_date
            and predicted.step_date > cohort_order_days.order_date
    group by 1, 2
),

realisation as (
    select
        predicted.as_of_date,
        predicted.horizon_days,

        predicted.customer_count,
        predicted.expected_orders,
        cast(coalesce(actual.actual_orders, 0) as integer) as actual_orders,
        predicted.expected_orders / cast(nullif(actual.actual_orders, 0) as double) as order_ratio,
        predicted.expected_revenue,
        cast(coalesce(actual.actual_revenue, 0) as decimal(18, 4)) as actual_revenue,
        predicted.expected_revenue / cast(nullif(actual.actual_revenue, 0) as double)
            as revenue_ratio
    from predicted
    left join actual
        on
            predicted.as_of_date = actual.as_of_date
            and predicted.horizon_days = actual.horizon_days
)

select * from realisation
