-- Grain: one row per cut-off, horizon, model and customer: the predicted value tier, and the actual
-- one by the revenue within the horizon. A model that predicts revenue gets its tier from that.
with revenue_outcomes as (
    select
        cutoff_date,
        horizon_days,
        model,
        customer_id,
        predicted,
        is_baseline
    from {{ ref('int_backtest__outcomes') }}
    where target = 'revenue'
    union all
    select
        cutoff_date,
        horizon_days,
        model,
        customer_id,
        predicted,
        is_baseline
    from {{ ref('int_backtest__challenger_outcomes') }}
    where target = 'revenue'
),

backtest_customers as (
    select * from {{ ref('int_backtest__customers') }}
),

tier_scores as (
    select * from {{ ref('int_value_tiers__scores') }}
),

fit_challengers as (
    select * from {{ ref('fit_challengers') }}
    where value_tier is not null
),

realised as (
    select
        cutoff_date,
        horizon_days,
        customer_id,
        {{ value_tier('actual_revenue', 'cutoff_date, horizon_days') }} as realised_tier
    from backtest_customers
),

by_revenue as (
    select
        cutoff_date,
        horizon_days,
        model,
        customer_id,
        {{ value_tier('predicted', 'cutoff_date, horizon_days, model') }} as predicted_tier,
        is_baseline
    from revenue_outcomes
),

predictions as (
    select
        cutoff_date,
        horizon_days,
        -- The name random_forest is that of the classifier here.
        case model when 'random_forest' then 'random_forest_revenue' else model end as model,
        customer_id,
        predicted_tier,
        is_baseline
    from by_revenue
    union all
    select
        as_of_date as cutoff_date,
        horizon_days,
        'multinomial_logistic' as model,
        customer_id,
        value_tier as predicted_tier,
        false as is_baseline
    from tier_scores
    union all
    select
        cast(cutoff_date as date) as cutoff_date,
        cast(horizon_days as integer) as horizon_days,
        'random_forest' as model,
        customer_id,
        value_tier as predicted_tier,
        false as is_baseline
    from fit_challengers
),

tiers as (
    select
        predictions.cutoff_date,
        predictions.horizon_days,
        predictions.model,
        predictions.customer_id,
        predictions.predicted_tier,
        realised.realised_tier,
        predictions.is_baseline
    from predictions
    inner join realised
        on
            predictions.cutoff_date = realised.cutoff_date
            and predictions.horizon_days = realised.horizon_days
            and predictions.customer_id = realised.customer_id
)

select * from tiers
