-- Fails if the current date has no anomaly fit. Customers then have no current anomaly score.
{{ config(severity='warn') }}

select
    fits.as_of_date,
    fits.status,
    fits.reason,
    count(*) as feature_count
from {{ ref('fit_anomalies') }} as fits
inner join {{ ref('int_as_of_dates') }} as as_of_dates
    on
        cast(fits.as_of_date as date) = as_of_dates.as_of_date
        and as_of_dates.is_current
where fits.status = 'not_fitted'
group by 1, 2, 3
