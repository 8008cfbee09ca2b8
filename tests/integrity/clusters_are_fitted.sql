-- Without a fit for the current date nobody has a cluster now; the reason says what is missing.
{{ config(severity='warn') }}

select
    fit_clusters.as_of_date,
    fit_clusters.status,
    fit_clusters.reason
from {{ ref('fit_clusters') }} as fit_clusters
inner join {{ ref('int_as_of_dates') }} as int_as_of_dates
    on
        cast(fit_clusters.as_of_date as date) = int_as_of_dates.as_of_date
        and int_as_of_dates.is_current
where fit_clusters.status <> 'ok'
