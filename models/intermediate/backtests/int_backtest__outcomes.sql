-- Grain: one row per cut-off, horizon, target (orders, revenue, churn), model and customer: the
-- prediction and the actual value. A target that a model does not predict has no row.
with backtest_predictions as (
    select * from {{ ref('int_backtest__predictions') }}
),

churn_scores as (
    select * from {{ ref('int_churn__scores') }}
),

backtest_customers as (
    select * from {{ ref('int_backtest__customers') }}
),

predictions as (
    select
        backtest_predictions.cutoff_date,
        backtest_predictions.horizon_days,
        targets.target,
        backtest_predictions.model,
        backtest_predictions.customer_id,
        case targets.target
            when 'orders' then backtest_predictions.expected_orders
            when 'revenue' then backtest_predictions.expected_revenue
            else backtest_predictions.churn_risk
        end as predicted,
        0.5e0 as threshold,
        case when targets.target = 'revenue' then backtest_predictions.revenue_lower end
            as lower_bound,
        case when targets.target = 'revenue' then backtest_predictions.revenue_upper end
            as upper_bound,
        backtest_predictions.churn_risk,
        backtest_predictions.is_baseline
    from backtest_predictions
    cross join (values ('orders'), ('revenue'), ('churn')) as targets (target)
    union all
    select
        churn_scores.as_of_date as cutoff_date,
        churn_scores.horizon_days,
        'churn' as target,
        models.model,
        churn_scores.customer_id,
        case models.model
            when 'logistic' then churn_scores.churn_risk
            else churn_scores.seasonal_churn_risk
        end as predicted,
        churn_scores.threshold,
        null as lower_bound,
        null as upper_bound,
        -- Of no use without an interval.
        null as churn_risk,
        false as is_baseline
    from churn_scores
    cross join (values ('logistic'), ('logistic_seasonal')) as models (model)
),

with_outcomes as (
    select
        predictions.cutoff_date,
        predictions.horizon_days,
        predictions.target,
        predictions.model,
        predictions.customer_id,
        -- Rounded, so that predictions that differ in the last digits only are equal.
        case predictions.target
            when 'revenue' then round(predictions.predicted, 6)
            else round(predictions.predicted, 9)
        end as predicted,
        case
            when predictions.target = 'orders'
                then cast(backtest_customers.actual_orders as double)
            when predictions.target = 'revenue'
                then cast(backtest_customers.actual_revenue as double)
            when backtest_customers.actual_orders = 0 then 1e0
            else 0e0
        end as observed,
        predictions.threshold,
        predictions.lower_bound,
        predictions.upper_bound,
        predictions.churn_risk,
        predictions.is_baseline
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
        case
            when upper_bound is null then null
            else observed >= lower_bound and observed <= upper_bound
        end as is_covered,
        -- Where the interval is [0, 0], the probability of no revenue is above the 80 % that the
        -- interval should cover. A covered customer then counts 80 % divided by that probability:
        -- so a calibrated model has a coverage of 80 %, as in a randomised coverage of an atom.
        case
            when upper_bound is null then null
            when observed < lower_bound or observed > upper_bound then 0e0
            when upper_bound = 0e0 then 0.8e0 * power(greatest(churn_risk, 0.8e0), -1)
            else 1e0
        end as interval_cover,
        -- A risk above the threshold is classified as churned.
        case when target = 'churn' then (predicted > threshold) = (observed > 0e0) end
            as is_called_right,
        is_baseline
    from with_outcomes
)

select * from outcomes
