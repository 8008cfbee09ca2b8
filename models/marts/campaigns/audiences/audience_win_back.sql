-- Grain: one row per as-of date and customer of the segment At Risk, to win them back. Those whose
-- last order is less than half a year ago come first.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where segment = 'at_risk'
)

select
    as_of_date,
    customer_id,
    case when recency_days < 180 then 1 else 2 end as priority,
    'At risk: ' || order_count || ' orders, none for ' || recency_days || ' days' as reason
from customers
