-- Grain: one row per cluster with customers now.
with clustered_customers as (
    select * from {{ ref('int_customers__clustered') }}
    where is_current
),

features as (
    select * from {{ ref('int_customers__features') }}
),

cluster_names as (
    select * from {{ ref('cluster_names') }}
),

fit_clusters as (
    select * from {{ ref('fit_clusters') }}
    where status = 'ok'
),

summed as (
    select
        clustered_customers.as_of_date,
        clustered_customers.cluster,

        cast(count(*) as integer) as customer_count,
        cast(sum(features.net_revenue) as decimal(18, 4)) as net_revenue,
        cast(sum(features.recency_days) as double)
        / cast(nullif(count(*), 0) as double) as mean_recency_days,
        cast(sum(features.order_count) as double)
        / cast(nullif(count(*), 0) as double) as mean_order_count,
        cast(sum(features.net_revenue) as double)
        / cast(nullif(count(*), 0) as double) as mean_net_revenue
    from clustered_customers
    inner join features
        on
            clustered_customers.as_of_date = features.as_of_date
            and clustered_customers.customer_id = features.customer_id
    group by 1, 2
),

-- Centroids are means of scaled logs; these are their values in original units.
centroids as (
    select
        cast(as_of_date as date) as as_of_date,
        cluster,
        {%- for measure in cluster_measures() if measure.feature %}
        max(
            case
                when feature = '{{ measure.feature }}' then exp(center + scale * centroid) - 1e0
            end
        ) as centroid_{{ measure.name }},
        {%- endfor %}
        max(named_by) as named_by
    from fit_clusters
    group by 1, 2
),

clusters as (
    select
        summed.cluster,

        cluster_names.label,
        cluster_names.description,
        cluster_names.action,
        centroids.named_by,

        summed.customer_count,
        summed.customer_count
        / cast(nullif(sum(summed.customer_count) over (), 0) as double) as customer_share,
        summed.net_revenue,
        cast(summed.net_revenue as double)
        / cast(nullif(sum(summed.net_revenue) over (), 0) as double) as revenue_share,
        summed.mean_recency_days,
        summed.mean_order_count,
        summed.mean_net_revenue,
        {%- for measure in cluster_measures() if measure.feature %}
        centroids.centroid_{{ measure.name }},
        {%- endfor %}

        summed.as_of_date
    from summed
    inner join cluster_names
        on summed.cluster = cluster_names.cluster
    inner join centroids
        on
            summed.as_of_date = centroids.as_of_date
            and summed.cluster = centroids.cluster
)

select * from clusters
