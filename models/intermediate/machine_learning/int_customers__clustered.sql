-- Grain: one row per as-of date with clusters and customer: the cluster with the nearest centroid.
with feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

fit_clusters as (
    select * from {{ ref('fit_clusters') }}
    where status = 'ok'
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

-- The linear function of each cluster that is largest for the customers nearest to its centroid.
cluster_coefficients as (
    select
        cast(as_of_date as date) as as_of_date,
        cluster,
        {{ coefficient_columns() }}
    from fit_clusters
    group by 1, 2
),

-- Minus half the squared distance to the centroid, without the terms that all centroids share: the
-- nearest centroid has the largest value.
nearnesses as (
    select
        feature_vectors.as_of_date,
        feature_vectors.customer_id,
        cluster_coefficients.cluster,
        {{ linear_form('cluster_coefficients', 'feature_vectors') }}
            as nearness
    from feature_vectors
    inner join cluster_coefficients
        on feature_vectors.as_of_date = cluster_coefficients.as_of_date
),

ranked as (
    select
        as_of_date,
        customer_id,
        cluster,
        -- Rounding makes distances equal that differ in the last digits only; then the cluster
        -- whose name comes first wins.
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
        as_of_dates.is_current
    from ranked
    inner join as_of_dates
        on ranked.as_of_date = as_of_dates.as_of_date
    where ranked.place = 1
)

select * from clustered
