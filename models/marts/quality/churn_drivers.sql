-- Grain: one row per feature of the current logistic churn model.
with fit_churn as (
    select * from {{ ref('fit_churn') }}
    where
        horizon_days = {{ churn_horizon_days() }}
        and status = 'ok'
        and feature <> 'intercept'
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

features as (
    select * from {{ ref('int_model_features') }}
),

drivers as (
    select
        fit_churn.feature,
        features.topic,
        case
            when fit_churn.standardised_coefficient > 0e0 then features.more_of_it
            when fit_churn.standardised_coefficient < 0e0 then features.less_of_it
        end as raises_the_risk,
        fit_churn.coefficient,
        fit_churn.standardised_coefficient,
        cast(row_number() over (
            order by
                abs(fit_churn.standardised_coefficient) desc nulls last,
                fit_churn.feature asc nulls last
        ) as integer) as importance_rank
    from fit_churn
    inner join as_of_dates
        on cast(fit_churn.as_of_date as date) = as_of_dates.as_of_date
    inner join features
        on fit_churn.feature = features.feature
)

select * from drivers
