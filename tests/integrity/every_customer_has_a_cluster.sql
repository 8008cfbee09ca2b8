-- Customers with an order day before an as-of date, but without a cluster, although the date has a
-- cluster fit.
with fitted_dates as (
    select distinct cast(as_of_date as date) as as_of_date
    from {{ ref('fit_clusters') }}
    where status = 'ok'
)

select
    feature_vectors.as_of_date,
    feature_vectors.customer_id,
    clustered_customers.cluster
from fitted_dates
inner join {{ ref('int_customers__feature_vectors') }} as feature_vectors
    on fitted_dates.as_of_date = feature_vectors.as_of_date
left join {{ ref('int_customers__clustered') }} as clustered_customers
    on
        feature_vectors.as_of_date = clustered_customers.as_of_date
        and feature_vectors.customer_id = clustered_customers.customer_id
where clustered_customers.cluster is null
