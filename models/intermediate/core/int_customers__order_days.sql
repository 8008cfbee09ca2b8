-- Grain: one row per customer, day with orders, and day on which more became known about those
-- orders. Read the versions as in int_orders__versioned.
with order_versions as (
    select * from {{ ref('int_orders__versioned') }}
    where customer_id is not null
),

order_states as (
    select
        order_versions.*,
        case when is_fully_returned then 0 else 1 end as order_count,
        case when is_fully_returned then 0 else net_revenue end as kept_order_revenue
    from order_versions
),

order_changes as (
    select
        customer_id,
        order_date,
        valid_from_date,
        order_count - coalesce(lag(order_count) over order_history, 0) as order_count,
        net_revenue - coalesce(lag(net_revenue) over order_history, 0) as net_revenue,
        kept_order_revenue
        - coalesce(lag(kept_order_revenue) over order_history, 0) as kept_order_revenue
    from order_states
    window order_history as (partition by order_id, customer_id order by valid_from_date nulls last)
),

day_changes as (
    select
        customer_id,
        order_date,
        valid_from_date,
        sum(order_count) as order_count,
        sum(net_revenue) as net_revenue,
        sum(kept_order_revenue) as kept_order_revenue
    from order_changes
    group by 1, 2, 3
),

accumulated as (
    select
        customer_id,
        order_date,
        valid_from_date,
        coalesce(
            lead(valid_from_date) over (
                partition by customer_id, order_date order by valid_from_date nulls last
            ), date '9999-12-31'
        ) as valid_to_date,
        cast(sum(order_count) over day_history as integer) as order_count,
        cast(sum(net_revenue) over day_history as decimal(18, 4)) as net_revenue,
        cast(sum(kept_order_revenue) over day_history as decimal(18, 4)) as kept_order_revenue
    from day_changes
    window day_history as (
        partition by customer_id, order_date order by valid_from_date nulls last
        rows between unbounded preceding and current row
    )
),

order_days as (
    select
        accumulated.*,
        -- Without amounts, every day with an order that was not fully returned is an order day.
        order_count > 0 and coalesce(net_revenue > 0, true) as is_order_day
    from accumulated
)

select * from order_days
