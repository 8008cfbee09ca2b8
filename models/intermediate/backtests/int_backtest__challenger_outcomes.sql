-- Grain: one row per cut-off, horizon, target (revenue, churn), challenger and customer: what it
-- predicted, and the actual value. Separate from the other outcomes, so that `customers` does not
-- wait for the challengers.
with fit_challengers as (
    select * from {{ ref('fit_challengers') }}
),

backtest_customers as (
    select * from {{ ref('int_backtest__customers') }}
),

predictions as (
    select
        cast(fit_challengers.cutoff_date as date) as cutoff_date,
        cast(fit_challengers.horizon_days as integer) as horizon_days,
        challengers.target,
        challengers.model,
        fit_challengers.customer_id,
        case challengers.target
            when 'revenue' then round(fit_challengers.expected_revenue, 6)
            else round(fit_challengers.churn_risk, 9)
        end as predicted
    from fit_challengers
    cross join (values ('gradient_boosting', 'churn'), ('random_forest', 'revenue'))
        as challengers (model, target)
),

with_actuals as (
    select
        predictions.*,
        case
            when predictions.target = 'revenue'
                then cast(backtest_customers.actual_revenue as double)
            when backtest_customers.actual_orders = 0 then 1e0
            else 0e0
        end as observed
    from predictions
    inner join backtest_customers
        on
            predictions.cutoff_date = backtest_customers.cutoff_date
            and predictions.horizon_days = backtest_customers.horizon_days
            and predictions.customer_id = backtest_customers.customer_id
    where predictions.predicted is not null
),

outcomes as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        customer_id,

        predicted,
        observed,
        -- Challengers give no interval.
        cast(null as boolean) as is_covered,
        cast(null as double) as interval_cover,
        case when target = 'churn' then (predicted > 0.5e0) = (observed > 0e0) end
            as is_called_right,
        false as is_baseline
    from with_actuals
)

select * from outcomes
