-- Grain: one row per cut-off, horizon, customer and clock of the logistic model: the risk it
-- foresaw.
with int_churn__scores as (
    select * from {{ ref('int_churn__scores') }}
),

int_backtest__customers as (
    select * from {{ ref('int_backtest__customers') }}
),

predictions as (
    select
        int_churn__scores.as_of_date as cutoff_date,
        int_churn__scores.horizon_days,
        int_churn__scores.customer_id,
        models.model,
        case models.model
            when 'logistic' then int_churn__scores.churn_risk
            else int_churn__scores.seasonal_churn_risk
        end as churn_risk,
        int_churn__scores.threshold
    from int_churn__scores
    -- Only what has come to pass since.
    inner join int_backtest__customers
        on
            int_churn__scores.as_of_date = int_backtest__customers.cutoff_date
            and int_churn__scores.horizon_days = int_backtest__customers.horizon_days
            and int_churn__scores.customer_id = int_backtest__customers.customer_id
    cross join (values ('logistic'), ('logistic_seasonal')) as models (model)
)

select * from predictions
