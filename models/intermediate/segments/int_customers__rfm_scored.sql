-- Grain: one row per as-of date and customer with an order or a return before it. A customer
-- without an order day is compared with no edges, and so gets the lowest scores, whatever the net
-- revenue.
with rfm as (
    select * from {{ ref('int_customers__rfm') }}
),

rfm_edges as (
    select * from {{ ref('int_rfm_edges') }}
),

scored as (
    select
        rfm.*,
        {{ score_by_edges('rfm.recency_days', '<', 'recency_edges') }} as r_score,
        {{ score_by_edges('rfm.order_count', '>', 'order_edges') }} as f_score,
        -- Without amounts the monetary score is null, not 1.
        case
            when rfm.net_revenue is not null
                then {{ score_by_edges('rfm.net_revenue', '>', 'revenue_edges') }}
        end as m_score
    from rfm
    left join rfm_edges as recency_edges
        on
            rfm.as_of_date = recency_edges.as_of_date
            and recency_edges.metric = 'recency_days'
            and rfm.order_day_count > 0
    left join rfm_edges as order_edges
        on
            rfm.as_of_date = order_edges.as_of_date
            and order_edges.metric = 'order_count'
            and rfm.order_day_count > 0
    left join rfm_edges as revenue_edges
        on
            rfm.as_of_date = revenue_edges.as_of_date
            and revenue_edges.metric = 'net_revenue'
            and rfm.order_day_count > 0
)

select * from scored
