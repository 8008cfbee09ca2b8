-- Grain: one row per as-of date (each month's end, and now) and segment, also for empty segments.
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
),

segments as (
    select * from {{ ref('segments') }}
),

as_of_dates as (
    select distinct
        as_of_date,
        is_current,
        is_month_end
    from customer_segment_history
),

sums as (
    select
        as_of_date,
        segment,
        count(*) as customer_count,
        sum(order_count) as order_count,
        sum(order_count_365d) as order_count_365d,
        sum(net_revenue) as net_revenue,
        sum(net_revenue_365d) as net_revenue_365d,
        sum(kept_order_revenue) as kept_order_revenue,
        percentile_cont(0.5) within group (order by cast(recency_days as double))
            as median_recency_days
    from customer_segment_history
    group by 1, 2
),

complete as (
    select
        as_of_dates.as_of_date,
        as_of_dates.is_current,
        as_of_dates.is_month_end,
        segments.segment,
        segments.label,
        segments.priority,
        coalesce(sums.customer_count, 0) as customer_count,
        coalesce(sums.order_count, 0) as order_count,
        coalesce(sums.order_count_365d, 0) as order_count_365d,
        coalesce(sums.net_revenue, 0) as net_revenue,
        coalesce(sums.net_revenue_365d, 0) as net_revenue_365d,
        sums.kept_order_revenue,
        sums.median_recency_days
    from as_of_dates
    cross join segments
    left join sums
        on
            as_of_dates.as_of_date = sums.as_of_date
            and segments.segment = sums.segment
),

revenue_by_segment as (
    select
        as_of_date,
        segment,

        label,
        cast(priority as integer) as priority,

        cast(customer_count as integer) as customer_count,
        {{ share_of('customer_count', 'as_of_date') }} as customer_share,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        {{ share_of('net_revenue', 'as_of_date') }} as revenue_share,
        cast(net_revenue_365d as decimal(18, 4)) as net_revenue_365d,
        {{ share_of('net_revenue_365d', 'as_of_date') }} as revenue_share_365d,
        cast(order_count as integer) as order_count,
        cast(order_count_365d as integer) as order_count_365d,
        cast(kept_order_revenue as double)
        / cast(nullif(order_count, 0) as double) as average_order_value,
        cast(median_recency_days as double) as median_recency_days,

        is_current,
        is_month_end
    from complete
)

select * from revenue_by_segment
