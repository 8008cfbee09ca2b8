-- Grain: one row per month's end and segment that had customers then.
-- A retention is null until all of its days have been observed.
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
    where is_month_end
),

newest_dates as (
    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_current
),

order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where
        valid_to_date = date '9999-12-31'
        and is_order_day
),

next_order_days as (
    select
        customer_segment_history.as_of_date,
        customer_segment_history.segment,
        customer_segment_history.customer_id,
        order_days.net_revenue,
        {{ dbt.datediff(
            'customer_segment_history.as_of_date', 'order_days.order_date', 'day'
        ) }} as days_after
    from customer_segment_history
    left join order_days
        on
            customer_segment_history.customer_id = order_days.customer_id
            and customer_segment_history.as_of_date <= order_days.order_date
),

sums as (
    select
        as_of_date,
        segment,
        count(distinct customer_id) as customer_count,
        count(distinct case when days_after < 30 then customer_id end) as retained_30d_count,
        count(distinct case when days_after < 90 then customer_id end) as retained_90d_count,
        count(distinct case when days_after < 180 then customer_id end) as retained_180d_count,
        sum(case when days_after < 30 then net_revenue else 0 end) as net_revenue_next_30d,
        sum(case when days_after < 90 then net_revenue else 0 end) as net_revenue_next_90d,
        sum(case when days_after < 180 then net_revenue else 0 end) as net_revenue_next_180d
    from next_order_days
    group by 1, 2
),

observed as (
    select
        sums.*,
        {{ dbt.datediff('sums.as_of_date', 'newest_dates.as_of_date', 'day') }} as observed_days
    from sums
    cross join newest_dates
),

retention_by_segment as (
    select
        as_of_date,
        segment,

        cast(customer_count as integer) as customer_count,
        case
            when observed_days >= 30
                then cast(retained_30d_count as double) / nullif(customer_count, 0)
        end as retention_rate_30d,
        case
            when observed_days >= 90
                then cast(retained_90d_count as double) / nullif(customer_count, 0)
        end as retention_rate_90d,
        case
            when observed_days >= 180
                then cast(retained_180d_count as double) / nullif(customer_count, 0)
        end as retention_rate_180d,
        case when observed_days >= 30 then cast(net_revenue_next_30d as decimal(18, 4)) end
            as net_revenue_next_30d,
        case when observed_days >= 90 then cast(net_revenue_next_90d as decimal(18, 4)) end
            as net_revenue_next_90d,
        case when observed_days >= 180 then cast(net_revenue_next_180d as decimal(18, 4)) end
            as net_revenue_next_180d
    from observed
)

select * from retention_by_segment
