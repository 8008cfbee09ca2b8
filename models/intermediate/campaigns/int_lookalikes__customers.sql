-- Grain: one row per as-of date (now, and the cut-offs of back-tests), horizon and customer with a
-- value: which customers are seeds, and which are candidates for look-alikes. At cut-offs the value
-- is the revenue that the selected purchase model predicts, from what was known then.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

current_values as (
    select customer_clv.*
    from {{ ref('int_customers__clv') }} as customer_clv
    inner join as_of_dates
        on customer_clv.as_of_date = as_of_dates.as_of_date
    where customer_clv.horizon_days = {{ clv_horizon_days() }}
),

clv_model_selection as (
    select * from {{ ref('clv_model_selection') }}
    where is_selected
),

backtested_values as (
    select backtest_outcomes.*
    from {{ ref('int_backtest__outcomes') }} as backtest_outcomes
    inner join clv_model_selection
        on backtest_outcomes.model = clv_model_selection.model
    where backtest_outcomes.target = 'revenue'
),

customer_values as (
    select
        as_of_date,
        horizon_days,
        customer_id,
        round(clv, 6) as customer_value,
        true as is_current
    from current_values
    union all
    select
        cutoff_date as as_of_date,
        horizon_days,
        customer_id,
        predicted as customer_value,
        false as is_current
    from backtested_values
),

ranked as (
    select
        customer_values.*,
        {{ value_tier('customer_value', 'as_of_date, horizon_days') }} as value_tier,
        row_number() over (
            partition by as_of_date, horizon_days
            order by customer_value desc nulls last, customer_id asc nulls last
        ) as value_rank,
        -- The number of customers with at least this value. With it, either all of several equal
        -- customers are seeds or none of them is.
        count(customer_value) over (partition by as_of_date, horizon_days) + 1
        - rank() over (
            partition by as_of_date, horizon_days order by customer_value asc nulls last
        ) as at_least_as_valuable,
        count(customer_value) over (partition by as_of_date, horizon_days) as valued_count
    from customer_values
    where customer_value is not null
),

flagged as (
    select
        ranked.*,
        customer_value > 0e0
        and cast(at_least_as_valuable as double)
        <= {{ number_var('lookalike_seed_share', lowest=0, highest=1) }}
        * cast(valued_count as double) + 1e-9 as is_seed
    from ranked
),

lookalike_customers as (
    select
        as_of_date,
        horizon_days,
        customer_id,
        value_tier,
        customer_value,
        cast(value_rank as integer) as value_rank,
        is_seed,
        value_tier in ('silver', 'bronze') and not is_seed as is_candidate,
        is_current
    from flagged
)

select * from lookalike_customers
