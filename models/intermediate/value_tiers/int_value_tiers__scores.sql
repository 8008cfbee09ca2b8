-- Grain: one row per as-of date (now, and the cut-offs of back-tests), horizon and customer: the
-- tier that the multinomial model foresees. At cut-offs customers of the back-test.
with fit_value_tiers as (
    select * from {{ ref('fit_value_tiers') }}
    where status = 'ok'
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

vectors as (
    select int_customers__feature_vectors.*
    from {{ ref('int_customers__feature_vectors') }} as int_customers__feature_vectors
    inner join int_as_of_dates
        on int_customers__feature_vectors.as_of_date = int_as_of_dates.as_of_date
    where
        int_as_of_dates.is_current
        or (int_as_of_dates.is_backtest_cutoff and int_customers__feature_vectors.is_in_backtest)
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
        vectors.as_of_date,
        coefficients.horizon_days,
        vectors.customer_id,
        coefficients.value_tier,
        round({{ linear_form('coefficients', 'vectors') }}, 9) as tier_score
    from vectors
    inner join coefficients
        on vectors.as_of_date = coefficients.as_of_date
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
