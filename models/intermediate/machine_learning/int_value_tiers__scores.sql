-- Grain: one row per fit (as-of date and horizon) and customer with features at its date: the value
-- tier that the multinomial model predicts.
with fit_value_tiers as (
    select * from {{ ref('fit_value_tiers') }}
    where status = 'ok'
),

feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

coefficients as (
    select
        cast(as_of_date as date) as as_of_date,
        cast(horizon_days as integer) as horizon_days,
        value_tier,
        {{ coefficient_columns() }}
    from fit_value_tiers
    group by 1, 2, 3
),

tier_scores as (
    select
        feature_vectors.as_of_date,
        coefficients.horizon_days,
        feature_vectors.customer_id,
        coefficients.value_tier,
        round({{ linear_form('coefficients', 'feature_vectors') }}, 9)
            as tier_score
    from feature_vectors
    inner join coefficients
        on feature_vectors.as_of_date = coefficients.as_of_date
),

ranked as (
    select
        tier_scores.*,
        row_number() over (
            partition by as_of_date, horizon_days, customer_id
            order by tier_score desc nulls last, value_tier asc nulls last
        ) as place
    from tier_scores
),

scores as (
    select
        as_of_date,
        horizon_days,
        customer_id,
        value_tier
    from ranked
    where place = 1
)

select * from scores
