-- Fails if the current date has no fit of churn or of the value tier. Without the first, the churn
-- risk comes from the purchase model, and customers have no churn reasons; without the second, they
-- have no predicted value tier.
{{ config(severity='warn') }}

with fits as (
    select
        'churn' as model,
        as_of_date,
        status,
        reason
    from {{ ref('fit_churn') }}
    where horizon_days = {{ churn_horizon_days() }}
    union all
    select
        'value_tier' as model,
        as_of_date,
        status,
        reason
    from {{ ref('fit_value_tiers') }}
    where horizon_days = {{ churn_horizon_days() }}
)

select distinct
    as_of_dates.as_of_date,
    models.model,
    coalesce(fits.reason, 'no window has ended that a model could learn from') as reason
from {{ ref('int_as_of_dates') }} as as_of_dates
cross join (values ('churn'), ('value_tier')) as models (model)
left join fits
    on
        as_of_dates.as_of_date = cast(fits.as_of_date as date)
        and models.model = fits.model
where
    as_of_dates.is_current
    and coalesce(fits.status, 'not_fitted') <> 'ok'
