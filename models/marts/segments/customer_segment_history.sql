-- Grain: one row per as-of date (each month's end, and now) and customer with an order or a return
-- before it.
with int_customers__segmented as (
    select * from {{ ref('int_customers__segmented') }}
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_month_end or is_current
),

history as (
    select
        int_customers__segmented.as_of_date,
        int_customers__segmented.customer_id,

        int_customers__segmented.segment,
        int_customers__segmented.r_score,
        int_customers__segmented.f_score,
        int_customers__segmented.m_score,

        int_customers__segmented.recency_days,
        int_customers__segmented.order_count,
        int_customers__segmented.order_count_365d,
        int_customers__segmented.order_day_count,
        int_customers__segmented.net_revenue,
        int_customers__segmented.net_revenue_365d,
        int_customers__segmented.kept_order_revenue,
        int_customers__segmented.average_order_value,

        int_customers__segmented.has_positive_revenue,
        int_as_of_dates.is_current,
        int_as_of_dates.is_month_end,

        int_customers__segmented.first_order_date,
        int_customers__segmented.last_order_date
    from int_customers__segmented
    inner join int_as_of_dates
        on int_customers__segmented.as_of_date = int_as_of_dates.as_of_date
)

select * from history
