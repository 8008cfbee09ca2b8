-- Grain: one row per as-of date (each month's end, and now) and customer with an order or a return
-- before it.
with segmented_customers as (
    select * from {{ ref('int_customers__segmented') }}
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_month_end or is_current
),

history as (
    select
        segmented_customers.as_of_date,
        segmented_customers.customer_id,

        segmented_customers.segment,
        segmented_customers.r_score,
        segmented_customers.f_score,
        segmented_customers.m_score,

        segmented_customers.recency_days,
        segmented_customers.order_count,
        segmented_customers.order_count_365d,
        segmented_customers.order_day_count,
        segmented_customers.net_revenue,
        segmented_customers.net_revenue_365d,
        segmented_customers.kept_order_revenue,
        segmented_customers.average_order_value,

        segmented_customers.has_positive_revenue,
        as_of_dates.is_current,
        as_of_dates.is_month_end,

        segmented_customers.first_order_date,
        segmented_customers.last_order_date
    from segmented_customers
    inner join as_of_dates
        on segmented_customers.as_of_date = as_of_dates.as_of_date
)

select * from history
