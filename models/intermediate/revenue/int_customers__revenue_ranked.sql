-- Grain: one row per as-of date (each month's end, and now) and customer with positive net revenue,
-- ranked by net revenue.
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
    where has_positive_revenue
),

ranked as (
    select
        as_of_date,
        customer_id,
        net_revenue,
        row_number() over (
            partition by as_of_date
            order by net_revenue desc nulls last, customer_id asc nulls last
        ) as revenue_rank,
        count(*) over (partition by as_of_date) as customer_count
    from customer_segment_history
)

select * from ranked
