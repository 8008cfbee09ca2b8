-- Grain: one row per candidate feature of the clusters, judged at the current date.
with fit_cluster_features as (
    select * from {{ ref('fit_cluster_features') }}
),

features as (
    select
        feature,
        cast(preference as integer) as preference,

        is_kept,
        reason,
        correlated_with,
        correlation,
        center,
        scale
    from fit_cluster_features
)

select * from features
