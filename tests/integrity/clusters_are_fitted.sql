-- Fails if the current date has no cluster fit. Customers then have no current cluster.
{{ config(severity='warn') }}

select
    fit_clusters.as_of_date,
    fit_clusters.status,
    fit_clusters.reason
from {{ ref('fit_clusters') }} as fit_clusters
inner join {{ ref('int_as_of_dates') }} as as_of_dates
    on
        cast(fit_clusters.as_of_date as date) = as_of_dates.as_of_date
        and as_of_dates.is_current
where fit_clusters.status <> 'ok'
