-- Without a fit customers have no anomaly score; the reason says what is missing.
{{ config(severity='warn') }}

select
    as_of_date,
    status,
    reason,
    count(*) as feature_count
from {{ ref('fit_anomalies') }}
where status = 'not_fitted'
group by 1, 2, 3
