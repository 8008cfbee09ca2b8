-- Grain: one row per customer and calendar month with an order day, as known now.
with order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where
        valid_to_date = date '9999-12-31'
        and is_order_day
),

months as (
    select
        customer_id,
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as order_month,
        cast(sum(order_count) as integer) as order_count,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from order_days
    group by 1, 2
),

customer_months as (
    select
        months.*,
        min(order_month) over (partition by customer_id) as cohort_month,
        lag(order_month) over (partition by customer_id order by order_month nulls last)
            as previous_order_month,
        lead(order_month) over (partition by customer_id order by order_month nulls last)
            as next_order_month
    from months
)

select * from customer_months
