-- Grain: one row per as-of date (each month's end, and now).
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
),

ranked_customers as (
    select * from {{ ref('int_customers__revenue_ranked') }}
),

inactivity as (
    select
        as_of_date,
        count(*) as customer_count,
        sum(case when recency_days > 30 then 1 else 0 end) as inactive_30d_count,
        sum(case when recency_days > 60 then 1 else 0 end) as inactive_60d_count,
        sum(case when recency_days > 90 then 1 else 0 end) as inactive_90d_count,
        sum(case when recency_days > 100 then 1 else 0 end) as inactive_100d_count,
        sum(case when recency_days > 180 then 1 else 0 end) as inactive_180d_count
    from customer_segment_history
    where order_day_count > 0
    group by 1
),

concentration as (
    select
        as_of_date,
        sum(net_revenue) as net_revenue,
        sum(case when 100 * revenue_rank <= 1 * customer_count then net_revenue else 0 end)
            as top_1_revenue,
        sum(case when 100 * revenue_rank <= 5 * customer_count then net_revenue else 0 end)
            as top_5_revenue,
        sum(case when 100 * revenue_rank <= 10 * customer_count then net_revenue else 0 end)
            as top_10_revenue,
        sum(case when 100 * revenue_rank <= 20 * customer_count then net_revenue else 0 end)
            as top_20_revenue,
        sum(case when 100 * revenue_rank <= 50 * customer_count then net_revenue else 0 end)
            as top_50_revenue,
        -- The numerator of the Gini coefficient: the sum over ranks k, 1 for the highest revenue,
        -- of (n + 1 - 2 k) times revenue.
        sum((customer_count + 1 - 2 * revenue_rank) * cast(net_revenue as decimal(28, 4)))
            as weighted_revenue,
        max(customer_count) as customer_count
    from ranked_customers
    group by 1
),

measured as (
    select
        inactivity.as_of_date,

        cast(inactivity.customer_count as integer) as customer_count,
        cast(concentration.weighted_revenue as double)
        / nullif(concentration.customer_count * cast(concentration.net_revenue as double), 0)
            as gini,
        cast(concentration.top_1_revenue as double)
        / cast(nullif(concentration.net_revenue, 0) as double) as top_1_percent_revenue_share,
        cast(concentration.top_5_revenue as double)
        / cast(nullif(concentration.net_revenue, 0) as double) as top_5_percent_revenue_share,
        cast(concentration.top_10_revenue as double)
        / cast(nullif(concentration.net_revenue, 0) as double) as top_10_percent_revenue_share,
        cast(concentration.top_20_revenue as double)
        / cast(nullif(concentration.net_revenue, 0) as double) as top_20_percent_revenue_share,
        cast(concentration.top_50_revenue as double)
        / cast(nullif(concentration.net_revenue, 0) as double) as top_50_percent_revenue_share,
        cast(inactivity.inactive_30d_count as double) / nullif(inactivity.customer_count, 0)
            as inactive_30d_share,
        cast(inactivity.inactive_60d_count as double) / nullif(inactivity.customer_count, 0)
            as inactive_60d_share,
        cast(inactivity.inactive_90d_count as double) / nullif(inactivity.customer_count, 0)
            as inactive_90d_share,
        cast(inactivity.inactive_100d_count as double) / nullif(inactivity.customer_count, 0)
            as inactive_100d_share,
        cast(inactivity.inactive_180d_count as double) / nullif(inactivity.customer_count, 0)
            as inactive_180d_share
    from inactivity
    left join concentration
        on inactivity.as_of_date = concentration.as_of_date
)

select * from measured
