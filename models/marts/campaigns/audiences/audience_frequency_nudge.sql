-- Grain: one row per as-of date and customer of the segment Promising, to prompt the next order.
-- High spenders come first.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where segment = 'promising'
)

select
    as_of_date,
    customer_id,
    case when m_score >= 4 then 1 else 2 end as priority,
    'Promising: ' || order_count || ' orders in ' || tenure_days || ' days' as reason
from customers
