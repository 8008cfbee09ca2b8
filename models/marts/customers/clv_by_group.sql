-- Grain: one row per grouping (all, segment, cohort, decile) and group of customers.
with customers as (
    select * from {{ ref('customers') }}
    where clv is not null
),

ordered as (
    select
        customers.*,
        cast({{ dbt.date_trunc('month', 'first_order_date') }} as date) as cohort_month,
        cast(row_number() over (
            partition by as_of_date
            order by round(clv, 6) desc nulls last, customer_id asc nulls last
        ) as double) as place,
        cast(count(*) over (partition by as_of_date) as double) as total_count
    from customers
),

placed as (
    select
        ordered.*,
        1 + cast(floor(10e0 * (place - 1e0) / nullif(total_count, 0e0)) as integer) as decile
    from ordered
),

grouped as (
    select
        groupings.grouping_name,
        case groupings.grouping_name
            when 'segment' then placed.segment
            when 'cohort' then substr(cast(placed.cohort_month as string), 1, 7)
            when 'decile' then cast(placed.decile as string)
            else 'all'
        end as group_name,
        placed.customer_id,
        placed.net_revenue,
        placed.expected_orders,
        placed.expected_revenue,
        placed.churn_risk,
        placed.clv
    from placed
    cross join (
        values ('all'), ('segment'), ('cohort'), ('decile')
    ) as groupings (grouping_name)
),

ranked as (
    select
        grouped.*,
        row_number() over (
            partition by grouping_name, group_name
            order by round(clv, 6) desc nulls last, customer_id asc nulls last
        ) as place_in_group,
        count(*) over (partition by grouping_name, group_name) as group_count
    from grouped
),

summed as (
    select
        grouping_name,
        group_name,

        cast(count(*) as integer) as customer_count,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
        {{ sum_exactly('expected_orders') }} as expected_orders,
        {{ sum_exactly('expected_revenue') }} as expected_revenue,
        {{ sum_exactly('churn_risk') }} / cast(nullif(count(*), 0) as double) as mean_churn_risk,
        {{ sum_exactly('clv') }} as clv,
        {{ sum_exactly('clv') }} / cast(nullif(count(*), 0) as double) as mean_clv,
        percentile_cont(0.5) within group (order by clv) as median_clv,
        -- The best tenth, and at least one.
        {{ sum_exactly('case when place_in_group * 10 < group_count + 10 then clv else 0e0 end') }}
            as best_tenth_clv
    from ranked
    group by 1, 2
),

by_group as (
    select
        grouping_name,
        group_name,

        customer_count,
        net_revenue,
        expected_orders,
        expected_revenue,
        mean_churn_risk,
        clv,
        clv / nullif(
            cast(
                sum(cast(clv as decimal(28, 10))) over (partition by grouping_name) as double
            ), 0e0
        ) as clv_share,
        mean_clv,
        median_clv,
        best_tenth_clv / nullif(clv, 0e0) as best_tenth_share
    from summed
)

select * from by_group
