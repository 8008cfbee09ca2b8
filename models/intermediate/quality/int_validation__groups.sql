-- Grain: one row per cut-off, horizon, grouping and group: the actual outcomes of its customers,
-- and the sums from which the tests in segment_validation are computed.
with memberships as (
    select * from {{ ref('int_customers__memberships') }}
),

backtest_customers as (
    select * from {{ ref('int_backtest__customers') }}
),

members as (
    select
        backtest_customers.cutoff_date,
        backtest_customers.horizon_days,
        memberships.grouping_name,
        memberships.group_name,
        cast(backtest_customers.actual_orders as decimal(18, 4)) as actual_orders,
        backtest_customers.actual_revenue
    from backtest_customers
    inner join memberships
        on
            backtest_customers.cutoff_date = memberships.as_of_date
            and backtest_customers.customer_id = memberships.customer_id
),

sums as (
    select
        cutoff_date,
        horizon_days,
        grouping_name,
        group_name,
        count(*) as customer_count,
        sum(case when actual_orders = 0 then 1 else 0 end) as churned_count,
        sum(actual_orders) as actual_orders,
        sum(actual_revenue) as actual_revenue
    from members
    group by 1, 2, 3, 4
),

outcome_counts as (
    select
        members.cutoff_date,
        members.horizon_days,
        members.grouping_name,
        members.group_name,
        outcomes.outcome,
        case outcomes.outcome
            when 'orders' then members.actual_orders
            else members.actual_revenue
        end as outcome_value,
        count(*) as customer_count
    from members
    cross join (values ('orders'), ('revenue')) as outcomes (outcome)
    group by 1, 2, 3, 4, 5, 6
),

value_counts as (
    select
        cutoff_date,
        horizon_days,
        grouping_name,
        outcome,
        outcome_value,
        sum(customer_count) as customer_count
    from outcome_counts
    group by 1, 2, 3, 4, 5
),

-- Equal values get the mean of their ranks. Twice that mean is a whole number, so sums are exact.
ranks as (
    select
        value_counts.*,
        2 * sum(customer_count) over (
            partition by cutoff_date, horizon_days, grouping_name, outcome
            order by outcome_value nulls last
            rows between unbounded preceding and current row
        ) - customer_count + 1 as doubled_rank
    from value_counts
),

rank_sums as (
    select
        outcome_counts.cutoff_date,
        outcome_counts.horizon_days,
        outcome_counts.grouping_name,
        outcome_counts.group_name,
        sum(
            case when outcome_counts.outcome = 'orders' then 1 else 0 end
            * outcome_counts.customer_count * ranks.doubled_rank
        ) as doubled_order_ranks,
        sum(
            case when outcome_counts.outcome = 'revenue' then 1 else 0 end
            * outcome_counts.customer_count * ranks.doubled_rank
        ) as doubled_revenue_ranks
    from outcome_counts
    inner join ranks
        on
            outcome_counts.cutoff_date = ranks.cutoff_date
            and outcome_counts.horizon_days = ranks.horizon_days
            and outcome_counts.grouping_name = ranks.grouping_name
            and outcome_counts.outcome = ranks.outcome
            and outcome_counts.outcome_value = ranks.outcome_value
    group by 1, 2, 3, 4
),

ties as (
    select
        cutoff_date,
        horizon_days,
        grouping_name,
        {{ sum_exactly(
            "case when outcome = 'orders' then power(cast(customer_count as double), 3)"
            ~ " - cast(customer_count as double) else 0e0 end", places=0
        ) }} as order_ties,
        {{ sum_exactly(
            "case when outcome = 'revenue' then power(cast(customer_count as double), 3)"
            ~ " - cast(customer_count as double) else 0e0 end", places=0
        ) }} as revenue_ties
    from value_counts
    group by 1, 2, 3
),

grouped as (
    select
        sums.cutoff_date,
        sums.horizon_days,
        sums.grouping_name,
        sums.group_name,
        cast(sums.customer_count as integer) as customer_count,
        cast(sums.churned_count as integer) as churned_count,
        cast(sums.actual_orders as integer) as actual_orders,
        cast(sums.actual_revenue as decimal(18, 4)) as actual_revenue,
        cast(rank_sums.doubled_order_ranks as double) / 2e0 as order_rank_sum,
        cast(rank_sums.doubled_revenue_ranks as double) / 2e0 as revenue_rank_sum,
        ties.order_ties,
        ties.revenue_ties
    from sums
    inner join rank_sums
        on
            sums.cutoff_date = rank_sums.cutoff_date
            and sums.horizon_days = rank_sums.horizon_days
            and sums.grouping_name = rank_sums.grouping_name
            and sums.group_name = rank_sums.group_name
    inner join ties
        on
            sums.cutoff_date = ties.cutoff_date
            and sums.horizon_days = ties.horizon_days
            and sums.grouping_name = ties.grouping_name
)

select * from grouped
