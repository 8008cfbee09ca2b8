-- Grain: one row per value tier with customers, as of now.
with customers as (
    select * from {{ ref('customers') }}
    where value_tier is not null
),

sums as (
    select
        value_tier,
        as_of_date,
        case value_tier when 'platinum' then 1 when 'gold' then 2 when 'silver' then 3 else 4 end
            as tier_rank,
        count(*) as customer_count,
        {{ sum_exactly('clv', places=6) }} as clv,
        min(clv) as lowest_clv,
        max(clv) as highest_clv,
        sum(net_revenue) as net_revenue,
        sum(net_revenue_365d) as net_revenue_365d,
        {{ sum_exactly('churn_risk') }} / cast(nullif(count(churn_risk), 0) as double)
            as mean_churn_risk
    from customers
    group by 1, 2
),

totals as (
    select
        cast(sum(customer_count) as double) as customer_count,
        {{ sum_exactly('clv', places=6) }} as clv
    from sums
),

value_tiers as (
    select
        sums.value_tier,
        sums.tier_rank,

        cast(sums.customer_count as integer) as customer_count,
        cast(sums.customer_count as double) / nullif(totals.customer_count, 0e0) as customer_share,
        sums.clv,
        sums.clv / nullif(totals.clv, 0e0) as clv_share,
        sums.lowest_clv,
        sums.highest_clv,
        cast(sums.net_revenue as decimal(18, 4)) as net_revenue,
        cast(sums.net_revenue_365d as decimal(18, 4)) as net_revenue_365d,
        sums.mean_churn_risk,

        sums.as_of_date
    from sums
    cross join totals
)

select * from value_tiers
