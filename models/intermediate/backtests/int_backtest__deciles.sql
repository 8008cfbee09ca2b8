-- Grain: one row per cut-off, horizon, target, model and decile of its prediction.
with outcomes as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        predicted,
        observed
    from {{ ref('int_backtest__outcomes') }}
    union all
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        predicted,
        observed
    from {{ ref('int_backtest__challenger_outcomes') }}
),

-- Customers with equal predictions stay together, in the decile of their middle rank.
distinct_predictions as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        predicted,
        count(*) as customer_count,
        {{ sum_exactly('observed') }} as observed
    from outcomes
    group by 1, 2, 3, 4, 5
),

ranked as (
    select
        distinct_predictions.*,
        sum(customer_count) over (
            partition by cutoff_date, horizon_days, target, model
            order by predicted nulls first
            rows between unbounded preceding and current row
        ) as customers_up_to,
        sum(customer_count) over (partition by cutoff_date, horizon_days, target, model)
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

deciles as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        decile,
        cast(sum(customer_count) as integer) as customer_count,
        {{ sum_exactly('predicted * cast(customer_count as double)') }}
        / cast(nullif(sum(customer_count), 0) as double) as predicted_mean,
        {{ sum_exactly('observed') }} / cast(nullif(sum(customer_count), 0) as double)
            as actual_mean
    from in_deciles
    group by 1, 2, 3, 4, 5
)

select * from deciles
