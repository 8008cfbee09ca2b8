-- Grain: one row per cohort month (that of the first order day) and order day of its customers, as
-- known now.
with customer_order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where
        valid_to_date = date '9999-12-31'
        and is_order_day
),

order_days as (
    select
        order_date,
        net_revenue,
        min(order_date) over (partition by customer_id) as first_order_date
    from customer_order_days
),

cohort_order_days as (
    select
        cast({{ dbt.date_trunc('month', 'first_order_date') }} as date) as cohort_month,
        order_date,
        cast(count(*) as integer) as order_day_count,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from order_days
    group by 1, 2
)

select * from cohort_order_days
