-- Grain: one row per cut-off, horizon, customer and clock of the logistic model: the churn risk
-- that it predicted.
with churn_scores as (
    select * from {{ ref('int_churn__scores') }}
),

backtest_customers as (
    select * from {{ ref('int_backtest__customers') }}
),

predictions as (
    select
        churn_scores.as_of_date as cutoff_date,
        churn_scores.horizon_days,
        churn_scores.customer_id,
        models.model,
        case models.model
            when 'logistic' then churn_scores.churn_risk
            else churn_scores.seasonal_churn_risk
        end as churn_risk,
        churn_scores.threshold
    from churn_scores
    -- Keeps only horizons that have ended since.
    inner join backtest_customers
        on
            churn_scores.as_of_date = backtest_customers.cutoff_date
            and churn_scores.horizon_days = backtest_customers.horizon_days
            and churn_scores.customer_id = backtest_customers.customer_id
    cross join (values ('logistic'), ('logistic_seasonal')) as models (model)
)

select * from predictions
