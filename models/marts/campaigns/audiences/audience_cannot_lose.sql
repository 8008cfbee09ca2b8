-- Grain: one row per as-of date and customer of the segment Cannot Lose Them: once among the best
-- customers, now without an order for long. Those above bronze come first.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where segment = 'cannot_lose_them'
)

select
    as_of_date,
    customer_id,
    case when value_tier in ('platinum', 'gold', 'silver') then 1 else 2 end as priority,
    'One of the best until ' || recency_days || ' days ago: ' || order_count || ' orders' as reason
from customers
