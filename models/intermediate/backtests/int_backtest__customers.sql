-- Grain: one row per cut-off, horizon that has ended since, and customer: what was known at the
-- cut-off, and the actual orders and revenue within the horizon. A cut-off with more than 50,000
-- customers has a hash-based sample.
with purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
),

customer_order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where is_order_day
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

backtests as (
    select
        cutoffs.as_of_date as cutoff_date,
        horizons.horizon_days,
        newest.as_of_date as current_as_of_date,
        cast({{ dbt.dateadd('day', 'horizons.horizon_days', 'cutoffs.as_of_date') }} as date)
            as end_date,
        cast({{ dbt.dateadd('day', '-horizons.horizon_days', 'cutoffs.as_of_date') }} as date)
            as last_period_start_date
    from as_of_dates as cutoffs
    cross join as_of_dates as newest
    cross join (
        values ({{ whole_number_var('backtest_horizon_days', is_list=true) | join('), (') }})
    ) as horizons (horizon_days)
    where
        cutoffs.is_backtest_cutoff
        and newest.is_current
),

sampled as (
    select
        backtests.*,
        purchase_summary.customer_id,
        purchase_summary.repeat_count,
        purchase_summary.last_order_age_days,
        purchase_summary.age_days,
        purchase_summary.repeat_revenue,
        purchase_summary.mean_repeat_value
    from purchase_summary
    inner join backtests
        on
            purchase_summary.as_of_date = backtests.cutoff_date
            and backtests.end_date <= backtests.current_as_of_date
    where purchase_summary.is_in_backtest
),

-- The actual values use order days as known now, the last period those known at the cut-off.
order_days as (
    select
        sampled.cutoff_date,
        sampled.horizon_days,
        sampled.customer_id,
        customer_order_days.order_date,
        customer_order_days.net_revenue,
        customer_order_days.valid_to_date = date '9999-12-31'
        and customer_order_days.order_date >= sampled.cutoff_date
        and customer_order_days.order_date < sampled.end_date as is_to_come,
        customer_order_days.valid_from_date < sampled.cutoff_date
        and sampled.cutoff_date <= customer_order_days.valid_to_date as is_known,
        customer_order_days.order_date >= sampled.last_period_start_date as is_in_last_period,
        sampled.last_period_start_date
    from sampled
    inner join customer_order_days
        on sampled.customer_id = customer_order_days.customer_id
),

outcomes as (
    select
        cutoff_date,
        horizon_days,
        customer_id,
        sum(case when is_to_come then 1 else 0 end) as actual_orders,
        sum(case when is_to_come then net_revenue else 0 end) as actual_revenue,
        sum(case when is_known and is_in_last_period then 1 else 0 end) as last_period_orders,
        sum(case when is_known and is_in_last_period then net_revenue else 0 end)
            as last_period_revenue,
        max(case when is_known and not is_in_last_period then order_date end)
            as last_order_date_before,
        min(case when is_known and not is_in_last_period then order_date end)
            as first_order_date_before,
        sum(case when is_known and not is_in_last_period then 1 else 0 end) as order_days_before
    from order_days
    group by 1, 2, 3
),

backtest_customers as (
    select
        sampled.cutoff_date,
        sampled.horizon_days,
        sampled.customer_id,

        sampled.repeat_count,
        sampled.last_order_age_days,
        sampled.age_days,
        sampled.repeat_revenue,
        sampled.mean_repeat_value,
        sampled.age_days + 1 - sampled.last_order_age_days as recency_days,

        cast(outcomes.last_period_orders as integer) as last_period_orders,
        cast(outcomes.last_period_revenue as decimal(18, 4)) as last_period_revenue,
        {{ dbt.datediff(
            'outcomes.last_order_date_before', 'sampled.last_period_start_date', 'day'
        ) }} as recency_days_before_last_period,
        cast(sampled.repeat_count * (sampled.age_days + 1 - sampled.last_order_age_days) as double)
        / nullif(cast(sampled.last_order_age_days as double), 0e0) as silence_ratio,
        cast(
            (outcomes.order_days_before - 1) * {{ dbt.datediff(
                'outcomes.last_order_date_before', 'sampled.last_period_start_date', 'day'
            ) }} as double
        ) / nullif(cast({{ dbt.datediff(
            'outcomes.first_order_date_before', 'outcomes.last_order_date_before', 'day'
        ) }} as double), 0e0) as silence_ratio_before_last_period,

        cast(outcomes.actual_orders as integer) as actual_orders,
        cast(outcomes.actual_revenue as decimal(18, 4)) as actual_revenue
    from sampled
    inner join outcomes
        on
            sampled.cutoff_date = outcomes.cutoff_date
            and sampled.horizon_days = outcomes.horizon_days
            and sampled.customer_id = outcomes.customer_id
)

select * from backtest_customers
