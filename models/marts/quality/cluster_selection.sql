-- Grain: one row per number of clusters, 2 to 10, judged at the current date.
with fit_cluster_selection as (
    select * from {{ ref('fit_cluster_selection') }}
),

selection as (
    select
        cast(cluster_count as integer) as cluster_count,

        status,
        reason,
        is_selected,

        inertia,
        elbow_distance,
        silhouette,
        stability,
        smallest_share,
        cast(start_count as integer) as start_count,
        same_optimum_share
    from fit_cluster_selection
)

select * from selection
