-- Grain: one row per fit (as-of date and horizon) and customer with features at its date: the
-- probability of no order by the logistic model.
with fit_churn as (
    select * from {{ ref('fit_churn') }}
    where status = 'ok'
),

churn_seasons as (
    select * from {{ ref('int_churn_seasons') }}
),

feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

coefficients as (
    select
        cast(as_of_date as date) as as_of_date,
        cast(horizon_days as integer) as horizon_days,
        max(threshold) as threshold,
        {{ coefficient_columns() }}
    from fit_churn
    group by 1, 2
),

scored as (
    select
        feature_vectors.as_of_date,
        coefficients.horizon_days,
        feature_vectors.customer_id,
        coefficients.threshold,
        {{ linear_form('coefficients', 'feature_vectors') }} as log_odds
    from feature_vectors
    inner join coefficients
        on feature_vectors.as_of_date = coefficients.as_of_date
),

risks as (
    select
        scored.*,
        -- The exponent is capped, because exp overflows a double at about 710.
        power(1e0 + exp(least(-log_odds, 700e0)), -1) as churn_risk
    from scored
),

scores as (
    select
        risks.as_of_date,
        risks.horizon_days,
        risks.customer_id,

        risks.churn_risk,
        -- With a season ratio of 2 the window has twice the orders of a training window: no order
        -- in it is as likely as no order in two training windows.
        power(risks.churn_risk, churn_seasons.season_ratio) as seasonal_churn_risk,
        risks.threshold
    from risks
    inner join churn_seasons
        on
            risks.as_of_date = churn_seasons.as_of_date
            and risks.horizon_days = churn_seasons.horizon_days
)

select * from scores
