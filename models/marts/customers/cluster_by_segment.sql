-- Grain: one row per segment and cluster with customers now, even if they have none in common.
with clustered_customers as (
    select * from {{ ref('int_customers__clustered') }}
    where is_current
),

customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
    where is_current
),

paired as (
    select
        customer_segment_history.segment,
        clustered_customers.cluster,
        count(*) as customer_count,
        sum(customer_segment_history.net_revenue) as net_revenue
    from clustered_customers
    inner join customer_segment_history
        on clustered_customers.customer_id = customer_segment_history.customer_id
    group by 1, 2
),

segments_in_use as (
    select distinct segment from paired
),

clusters_in_use as (
    select distinct cluster from paired
),

crossed as (
    select
        segments_in_use.segment,
        clusters_in_use.cluster,
        cast(coalesce(paired.customer_count, 0) as integer) as customer_count,
        cast(coalesce(paired.net_revenue, 0) as decimal(18, 4)) as net_revenue
    from segments_in_use
    cross join clusters_in_use
    left join paired
        on
            segments_in_use.segment = paired.segment
            and clusters_in_use.cluster = paired.cluster
),

shared as (
    select
        segment,
        cluster,

        customer_count,
        {{ share_of('customer_count', 'segment') }} as share_of_segment,
        {{ share_of('customer_count', 'cluster') }} as share_of_cluster,
        net_revenue
    from crossed
)

select * from shared
