-- Grain: one row per cut-off, horizon, target (orders, revenue, churn), model and customer: what it
-- foresaw, and what came. What a model does not foresee is left out.
with int_backtest__predictions as (
    select * from {{ ref('int_backtest__predictions') }}
),

int_churn__predictions as (
    select * from {{ ref('int_churn__predictions') }}
),

int_backtest__customers as (
    select * from {{ ref('int_backtest__customers') }}
),

predictions as (
    select
        int_backtest__predictions.cutoff_date,
        int_backtest__predictions.horizon_days,
        targets.target,
        int_backtest__predictions.model,
        int_backtest__predictions.customer_id,
        case targets.target
            when 'orders' then int_backtest__predictions.expected_orders
            when 'revenue' then int_backtest__predictions.expected_revenue
            else int_backtest__predictions.churn_risk
        end as predicted,
        0.5e0 as threshold,
        case when targets.target = 'revenue' then int_backtest__predictions.revenue_lower end
            as lower_bound,
        case when targets.target = 'revenue' then int_backtest__predictions.revenue_upper end
            as upper_bound,
        int_backtest__predictions.churn_risk,
        int_backtest__predictions.is_baseline
    from int_backtest__predictions
    cross join (values ('orders'), ('revenue'), ('churn')) as targets (target)
    union all
    select
        cutoff_date,
        horizon_days,
        'churn' as target,
        model,
        customer_id,
        churn_risk as predicted,
        threshold,
        null as lower_bound,
        null as upper_bound,
        churn_risk,
        false as is_baseline
    from int_churn__predictions
),

with_outcomes as (
    select
        predictions.cutoff_date,
        predictions.horizon_days,
        predictions.target,
        predictions.model,
        predictions.customer_id,
        -- Predictions that differ in the tenth digit only are the same.
        case predictions.target
            when 'revenue' then round(predictions.predicted, 6)
            else round(predictions.predicted, 9)
        end as predicted,
        case
            when predictions.target = 'orders'
                then cast(int_backtest__customers.actual_orders as double)
            when predictions.target = 'revenue'
                then cast(int_backtest__customers.actual_revenue as double)
            when int_backtest__customers.actual_orders = 0 then 1e0
            else 0e0
        end as observed,
        predictions.threshold,
        predictions.lower_bound,
        predictions.upper_bound,
        predictions.churn_risk,
        predictions.is_baseline
    from predictions
    inner join int_backtest__customers
        on
            predictions.cutoff_date = int_backtest__customers.cutoff_date
            and predictions.horizon_days = int_backtest__customers.horizon_days
            and predictions.customer_id = int_backtest__customers.customer_id
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
    from with_outcomes
)

select * from outcomes
