-- Where clusters are fitted, each customer with an order day before the date has one of them.
with fitted_dates as (
    select distinct as_of_date
    from {{ ref('int_cluster_coefficients') }}
)

select
    int_customers__feature_vectors.as_of_date,
    int_customers__feature_vectors.customer_id,
    int_customers__clustered.cluster
from fitted_dates
inner join {{ ref('int_customers__feature_vectors') }} as int_customers__feature_vectors
    on fitted_dates.as_of_date = int_customers__feature_vectors.as_of_date
left join {{ ref('int_customers__clustered') }} as int_customers__clustered
    on
        int_customers__feature_vectors.as_of_date = int_customers__clustered.as_of_date
        and int_customers__feature_vectors.customer_id = int_customers__clustered.customer_id
where int_customers__clustered.cluster is null
