-- Grain: one row per as-of date (each month's end, and now) and percentile of the customers with
-- positive revenue, the highest revenue first.
with ranked_customers as (
    select * from {{ ref('int_customers__revenue_ranked') }}
),

as_of_dates as (
    select distinct as_of_date from ranked_customers
),

-- The customer at rank k of n is in percentile 1 + floor(100 (k - 1) / n).
placed as (
    select
        as_of_date,
        net_revenue,
        cast(
            floor(cast(100 * (revenue_rank - 1) as double) / nullif(customer_count, 0)) as integer
        ) + 1 as customer_percentile
    from ranked_customers
),

percentiles as (
    select
        as_of_dates.as_of_date,
        numbers.number + 1 as customer_percentile,
        count(placed.as_of_date) as customer_count,
        coalesce(sum(placed.net_revenue), 0) as net_revenue
    from as_of_dates
    cross join {{ numbers(100) }}
    left join placed
        on
            as_of_dates.as_of_date = placed.as_of_date
            and numbers.number + 1 = placed.customer_percentile
    group by 1, 2
),

shares as (
    select
        as_of_date,
        cast(customer_percentile as integer) as customer_percentile,
        cast(customer_count as integer) as customer_count,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        {{ share_of('net_revenue', 'as_of_date') }} as revenue_share,
        cast(
            sum(net_revenue) over (
                partition by as_of_date
                order by customer_percentile nulls last
                rows between unbounded preceding and current row
            ) as double
        ) / cast(nullif(sum(net_revenue) over (partition by as_of_date), 0) as double)
            as cumulative_revenue_share
    from percentiles
)

select * from shares
