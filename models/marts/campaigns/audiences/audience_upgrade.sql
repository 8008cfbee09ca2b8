-- Grain: one row per as-of date and customer: Potential Loyalists, to be made loyal. Those who
-- spend more first.
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
