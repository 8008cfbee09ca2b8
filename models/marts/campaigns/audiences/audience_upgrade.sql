-- Grain: one row per as-of date and customer of the segment Potential Loyalists, to make them
-- loyal. High spenders come first.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where segment = 'potential_loyalists'
)

select
    as_of_date,
    customer_id,
    case when m_score >= 3 then 1 else 2 end as priority,
    'Potential loyalist: ' || order_count || ' orders, the last ' || recency_days
    || ' days ago' as reason
from customers
