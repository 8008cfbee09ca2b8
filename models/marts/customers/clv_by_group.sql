-- Grain: one row per grouping (all, segment, cohort, decile) and group of customers.
with customers as (
    select * from {{ ref('customers') }}
    where clv is not null
),

-- Deciles by cut points keep customers with equal CLV together; deciles by rank would not.
cut_points as (
    select
        percentile_cont(0.1) within group (order by clv) as cut_1,
        percentile_cont(0.2) within group (order by clv) as cut_2,
        percentile_cont(0.3) within group (order by clv) as cut_3,
        percentile_cont(0.4) within group (order by clv) as cut_4,
        percentile_cont(0.5) within group (order by clv) as cut_5,
        percentile_cont(0.6) within group (order by clv) as cut_6,
        percentile_cont(0.7) within group (order by clv) as cut_7,
        percentile_cont(0.8) within group (order by clv) as cut_8,
        percentile_cont(0.9) within group (order by clv) as cut_9
    from customers
),

placed as (
    select
        customers.*,
        cast({{ dbt.date_trunc('month', 'customers.first_order_date') }} as date) as cohort_month,
        10
        - case when customers.clv > cut_points.cut_1 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_2 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_3 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_4 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_5 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_6 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_7 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_8 + 1e-6 then 1 else 0 end
        - case when customers.clv > cut_points.cut_9 + 1e-6 then 1 else 0 end as decile
    from customers
    cross join cut_points
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
        -- The top decile, rounded up to whole customers.
        {{ sum_exactly('case when place_in_group * 10 < group_count + 10 then clv else 0e0 end') }}
            as top_decile_clv
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
        -- The ratio of two equal sums may come out slightly above 1.
        least(
            clv / nullif(
                cast(
                    sum(cast(clv as decimal(28, 10))) over (partition by grouping_name) as double
                ), 0e0
            ), 1e0
        ) as clv_share,
        mean_clv,
        median_clv,
        top_decile_clv / nullif(clv, 0e0) as top_decile_share
    from summed
)

select * from by_group
