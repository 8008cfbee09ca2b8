-- Grain: one row per as-of date and customer of the segment Champions, to retain them. Platinum
-- comes first.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where segment = 'champions'
)

select
    as_of_date,
    customer_id,
    case when value_tier = 'platinum' then 1 else 2 end as priority,
    'Champion: ' || order_count || ' orders, the last ' || recency_days || ' days ago' as reason
from customers
