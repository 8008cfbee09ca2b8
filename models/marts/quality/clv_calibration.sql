-- Grain: one row per cut-off, horizon, target and decile of the selected model's prediction.
with int_backtest__outcomes as (
    select * from {{ ref('int_backtest__outcomes') }}
),

clv_model_choice as (
    select * from {{ ref('clv_model_choice') }}
    where is_selected
),

outcomes as (
    select
        int_backtest__outcomes.cutoff_date,
        int_backtest__outcomes.horizon_days,
        int_backtest__outcomes.target,
        int_backtest__outcomes.predicted,
        int_backtest__outcomes.observed
    from int_backtest__outcomes
    inner join clv_model_choice
        on int_backtest__outcomes.model = clv_model_choice.model
),

-- Customers with equal predictions stay together, in the decile of the middle one.
distinct_predictions as (
    select
        cutoff_date,
        horizon_days,
        target,
        predicted,
        count(*) as customer_count,
        {{ sum_exactly('observed') }} as observed
    from outcomes
    group by 1, 2, 3, 4
),

ranked as (
    select
        distinct_predictions.*,
        sum(customer_count) over (
            partition by cutoff_date, horizon_days, target
            order by predicted nulls first
            rows between unbounded preceding and current row
        ) as customers_up_to,
        sum(customer_count) over (partition by cutoff_date, horizon_days, target)
            as total_customers
    from distinct_predictions
),

in_deciles as (
    select
        ranked.*,
        1 + cast(floor(
            10e0 * (
                cast(customers_up_to as double) - (cast(customer_count as double) + 1e0) / 2e0
            ) / cast(nullif(total_customers, 0) as double)
        ) as integer) as decile
    from ranked
),

calibration as (
    select
        cutoff_date,
        horizon_days,
        target,
        decile,
        cast(sum(customer_count) as integer) as customer_count,
        {{ sum_exactly('predicted * cast(customer_count as double)') }}
        / cast(nullif(sum(customer_count), 0) as double) as predicted_mean,
        {{ sum_exactly('observed') }} / cast(nullif(sum(customer_count), 0) as double)
            as actual_mean
    from in_deciles
    group by 1, 2, 3, 4
)

select * from calibration
