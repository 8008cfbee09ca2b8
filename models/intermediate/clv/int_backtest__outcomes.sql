-- Grain: one row per cut-off, horizon, target (orders, revenue, churn), model and customer: what it
-- foresaw, and what came. What a model does not foresee is left out.
with int_backtest__predictions as (
    select * from {{ ref('int_backtest__predictions') }}
),

int_churn__predictions as (
    select * from {{ ref('int_churn__predictions') }}
),

fit_challengers as (
    select * from {{ ref('fit_challengers') }}
),

int_backtest__customers as (
    select * from {{ ref('int_backtest__customers') }}
),

predictions as (
    select
        cutoff_date,
        horizon_days,
        customer_id,
        model,
        is_baseline,
        expected_orders,
        expected_revenue,
        churn_risk,
        revenue_lower,
        revenue_upper,
        0.5e0 as threshold
    from int_backtest__predictions
    union all
    select
        cutoff_date,
        horizon_days,
        customer_id,
        model,
        false as is_baseline,
        cast(null as double) as expected_orders,
        cast(null as double) as expected_revenue,
        churn_risk,
        cast(null as double) as revenue_lower,
        cast(null as double) as revenue_upper,
        threshold
    from int_churn__predictions
    union all
    select
        cast(cutoff_date as date) as cutoff_date,
        cast(horizon_days as integer) as horizon_days,
        customer_id,
        'gradient_boosting' as model,
        false as is_baseline,
        cast(null as double) as expected_orders,
        cast(null as double) as expected_revenue,
        churn_risk,
        cast(null as double) as revenue_lower,
        cast(null as double) as revenue_upper,
        0.5e0 as threshold
    from fit_challengers
    union all
    select
        cast(cutoff_date as date) as cutoff_date,
        cast(horizon_days as integer) as horizon_days,
        customer_id,
        'random_forest' as model,
        false as is_baseline,
        cast(null as double) as expected_orders,
        expected_revenue,
        cast(null as double) as churn_risk,
        cast(null as double) as revenue_lower,
        cast(null as double) as revenue_upper,
        0.5e0 as threshold
    from fit_challengers
),

by_target as (
    select
        predictions.cutoff_date,
        predictions.horizon_days,
        targets.target,
        predictions.model,
        predictions.customer_id,
        predictions.is_baseline,
        predictions.churn_risk,
        predictions.threshold,
        -- Predictions that differ in the tenth digit only are the same.
        case targets.target
            when 'orders' then round(predictions.expected_orders, 9)
            when 'revenue' then round(predictions.expected_revenue, 6)
            when 'churn' then round(predictions.churn_risk, 9)
        end as predicted,
        case
            when targets.target = 'orders'
                then cast(int_backtest__customers.actual_orders as double)
            when targets.target = 'revenue'
                then cast(int_backtest__customers.actual_revenue as double)
            when int_backtest__customers.actual_orders = 0 then 1e0
            else 0e0
        end as observed,
        case when targets.target = 'revenue' then predictions.revenue_lower end as lower_bound,
        case when targets.target = 'revenue' then predictions.revenue_upper end as upper_bound
    from predictions
    inner join int_backtest__customers
        on
            predictions.cutoff_date = int_backtest__customers.cutoff_date
            and predictions.horizon_days = int_backtest__customers.horizon_days
            and predictions.customer_id = int_backtest__customers.customer_id
    cross join (values ('orders'), ('revenue'), ('churn')) as targets (target)
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
        -- Where the interval is 0 alone, no revenue at all is likelier than the 80 % it is to hold;
        -- then it holds that share of what it meets, as in a randomised coverage of an atom.
        case
            when upper_bound is null then null
            when observed < lower_bound or observed > upper_bound then 0e0
            when upper_bound = 0e0 then 0.8e0 * power(greatest(churn_risk, 0.8e0), -1)
            else 1e0
        end as interval_cover,
        -- Whoever is above the threshold is called churned.
        case when target = 'churn' then (predicted > threshold) = (observed > 0e0) end
            as is_called_right,
        is_baseline
    from by_target
    where predicted is not null
)

select * from outcomes
