-- Without a fit for the current date the churn risk is that of the purchase model, and customers
-- have no reasons; or they have no next value tier. The reason says what is missing.
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
    int_as_of_dates.as_of_date,
    models.model,
    coalesce(fits.reason, 'no window has ended that a model could learn from') as reason
from {{ ref('int_as_of_dates') }} as int_as_of_dates
cross join (values ('churn'), ('value_tier')) as models (model)
left join fits
    on
        int_as_of_dates.as_of_date = cast(fits.as_of_date as date)
        and models.model = fits.model
where
    int_as_of_dates.is_current
    and coalesce(fits.status, 'not_fitted') <> 'ok'
