-- Grain: one row per cut-off, horizon, grouping and group: what came for its customers, and the
-- sums that the tests of segment_validation are made of.
with int_customers__memberships as (
    select * from {{ ref('int_customers__memberships') }}
),

int_backtest__customers as (
    select * from {{ ref('int_backtest__customers') }}
),

members as (
    select
        int_backtest__customers.cutoff_date,
        int_backtest__customers.horizon_days,
        int_customers__memberships.grouping_name,
        int_customers__memberships.group_name,
        cast(int_backtest__customers.actual_orders as decimal(18, 4)) as actual_orders,
        int_backtest__customers.actual_revenue
    from int_backtest__customers
    inner join int_customers__memberships
        on
            int_backtest__customers.cutoff_date = int_customers__memberships.as_of_date
            and int_backtest__customers.customer_id = int_customers__memberships.customer_id
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

-- Equal values share the mean of their ranks; twice that is a whole number.
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
