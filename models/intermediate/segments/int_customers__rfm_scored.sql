-- Grain: one row per as-of date and customer with an order or a return before it. A customer
-- without an order day meets no edges, and so has the lowest scores, whatever money is left.
with int_customers__rfm as (
    select * from {{ ref('int_customers__rfm') }}
),

int_rfm_edges as (
    select * from {{ ref('int_rfm_edges') }}
),

scored as (
    select
        int_customers__rfm.*,
        {{ score_by_edges('int_customers__rfm.recency_days', '<', 'recency_edges') }} as r_score,
        {{ score_by_edges('int_customers__rfm.order_count', '>', 'order_edges') }} as f_score,
        -- Without amounts there is no score of money, rather than the lowest one.
        case
            when int_customers__rfm.net_revenue is not null
                then {{ score_by_edges('int_customers__rfm.net_revenue', '>', 'revenue_edges') }}
        end as m_score
    from int_customers__rfm
    left join int_rfm_edges as recency_edges
        on
            int_customers__rfm.as_of_date = recency_edges.as_of_date
            and recency_edges.metric = 'recency_days'
            and int_customers__rfm.order_day_count > 0
    left join int_rfm_edges as order_edges
        on
            int_customers__rfm.as_of_date = order_edges.as_of_date
            and order_edges.metric = 'order_count'
            and int_customers__rfm.order_day_count > 0
    left join int_rfm_edges as revenue_edges
        on
            int_customers__rfm.as_of_date = revenue_edges.as_of_date
            and revenue_edges.metric = 'net_revenue'
            and int_customers__rfm.order_day_count > 0
)

select * from scored
