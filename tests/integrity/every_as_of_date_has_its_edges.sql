-- As-of dates with buyers that lack the edges of one of the three metrics: without edges, all
-- customers would have a score of 1 in that metric.
with buyers as (
    select distinct as_of_date
    from {{ ref('int_customers__rfm') }}
    where order_day_count > 0
),

edges as (
    select
        as_of_date,
        count(*) as metric_count
    from {{ ref('int_rfm_edges') }}
    group by 1
),

compared as (
    select
        buyers.as_of_date,
        coalesce(edges.metric_count, 0) as metric_count
    from buyers
    left join edges
        on buyers.as_of_date = edges.as_of_date
)

select * from compared
where metric_count <> 3
