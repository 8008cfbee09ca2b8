-- Grain: one row per as-of date and cluster: the coefficients of the linear function that is
-- largest for the customers nearest to its centroid.
with fit_clusters as (
    select * from {{ ref('fit_clusters') }}
    where status = 'ok'
),

coefficients as (
    select
        cast(as_of_date as date) as as_of_date,
        cluster,
        {{ coefficient_columns() }}
    from fit_clusters
    group by 1, 2
)

select * from coefficients
