-- Grain: one row per as-of date with clusters and customer: the cluster whose centroid is nearest.
with int_customers__feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

int_cluster_coefficients as (
    select * from {{ ref('int_cluster_coefficients') }}
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

-- The squared distance to a centroid, less what is the same for all of them, halved and negated.
nearnesses as (
    select
        int_customers__feature_vectors.as_of_date,
        int_customers__feature_vectors.customer_id,
        int_cluster_coefficients.cluster,
        {{ linear_form('int_cluster_coefficients', 'int_customers__feature_vectors') }}
            as nearness
    from int_customers__feature_vectors
    inner join int_cluster_coefficients
        on int_customers__feature_vectors.as_of_date = int_cluster_coefficients.as_of_date
),

ranked as (
    select
        as_of_date,
        customer_id,
        cluster,
        -- Two centroids as near as each other but for the last digits: the first by name.
        row_number() over (
            partition by as_of_date, customer_id
            order by round(nearness, 9) desc nulls last, cluster asc nulls last
        ) as place
    from nearnesses
),

clustered as (
    select
        ranked.as_of_date,
        ranked.customer_id,
        ranked.cluster,
        int_as_of_dates.is_current
    from ranked
    inner join int_as_of_dates
        on ranked.as_of_date = int_as_of_dates.as_of_date
    where ranked.place = 1
)

select * from clustered
