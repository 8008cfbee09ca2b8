-- Grain: one row per as-of date and customer with an order or a return before it.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

order_days as (
    select * from {{ ref('int_customers__order_days') }}
),

-- The version of each order day that was known at the as-of date.
known_order_days as (
    select
        as_of_dates.as_of_date,
        order_days.customer_id,
        order_days.order_date,
        order_days.order_count,
        order_days.net_revenue,
        order_days.kept_order_revenue,
        order_days.is_order_day,
        {{ dbt.datediff(
            'order_days.order_date', 'as_of_dates.as_of_date', 'day'
        ) }} <= 365 as is_trailing_year
    from as_of_dates
    inner join order_days
        on
            as_of_dates.as_of_date > order_days.valid_from_date
            and as_of_dates.as_of_date <= order_days.valid_to_date
),

summed as (
    select
        as_of_date,
        customer_id,
        min(case when is_order_day then order_date end) as first_order_date,
        max(case when is_order_day then order_date end) as last_order_date,
        sum(case when is_order_day then net_revenue end) as order_day_revenue,
        min_by(net_revenue, case when is_order_day then order_date end) as first_day_revenue,
        sum(order_count) as order_count,
        sum(case when is_order_day then 1 else 0 end) as order_day_count,
        sum(net_revenue) as net_revenue,
        sum(kept_order_revenue) as kept_order_revenue,
        sum(case when is_trailing_year then order_count else 0 end) as order_count_365d,
        sum(case when is_trailing_year then net_revenue else 0 end) as net_revenue_365d
    from known_order_days
    group by 1, 2
),

rfm as (
    select
        as_of_date,
        customer_id,

        cast({{ dbt.datediff('last_order_date', 'as_of_date', 'day') }} as integer) as recency_days,
        cast(order_count as integer) as order_count,
        cast(order_count_365d as integer) as order_count_365d,
        cast(order_day_count as integer) as order_day_count,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        cast(net_revenue_365d as decimal(18, 4)) as net_revenue_365d,
        cast(kept_order_revenue as decimal(18, 4)) as kept_order_revenue,
        cast(order_day_revenue - first_day_revenue as decimal(18, 4)) as repeat_revenue,
        cast(kept_order_revenue as double)
        / cast(nullif(order_count, 0) as double) as average_order_value,

        net_revenue > 0 as has_positive_revenue,

        first_order_date,
        last_order_date
    from summed
)

select * from rfm
