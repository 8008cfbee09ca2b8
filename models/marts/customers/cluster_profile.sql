-- Grain: one row per cluster with customers now and measure.
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

clustered as (
    select
        clustered_customers.cluster,
        features.*
    from clustered_customers
    inner join features
        on
            clustered_customers.as_of_date = features.as_of_date
            and clustered_customers.customer_id = features.customer_id
),

measured as (
    {%- for measure in cluster_measures() %}
    select
        cluster,
        '{{ measure.name }}' as measure,
        {{ loop.index }} as measure_number,
        -- A measure that does not exist for a customer, such as a share of no sales, is 0.
        coalesce(cast({{ measure.name }} as double), 0e0) as measured_value
    from clustered
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

of_clusters as (
    select
        cluster,
        measure,
        measure_number,
        count(*) as customer_count,
        {{ sum_exactly('measured_value') }} / cast(nullif(count(*), 0) as double) as mean_value,
        percentile_cont(0.5) within group (order by measured_value) as median_value
    from measured
    group by 1, 2, 3
),

of_all as (
    select
        measure,
        {{ sum_exactly('measured_value') }} / cast(nullif(count(*), 0) as double) as mean_of_all,
        percentile_cont(0.5) within group (order by measured_value) as median_of_all
    from measured
    group by 1
),

profile as (
    select
        of_clusters.cluster,
        cluster_names.label,
        of_clusters.measure,
        cast(of_clusters.measure_number as integer) as measure_number,

        cast(of_clusters.customer_count as integer) as customer_count,
        of_clusters.mean_value,
        of_clusters.median_value,
        of_all.mean_of_all,
        of_all.median_of_all,
        of_clusters.mean_value / nullif(of_all.mean_of_all, 0e0) as relative_mean
    from of_clusters
    inner join of_all
        on of_clusters.measure = of_all.measure
    inner join cluster_names
        on of_clusters.cluster = cluster_names.cluster
)

select * from profile
