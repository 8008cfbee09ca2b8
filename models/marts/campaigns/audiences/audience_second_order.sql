-- Grain: one row per as-of date and customer: New Customers with one order, to be brought to a
-- second. The newest first: most second orders come soon.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where
        segment = 'new_customers'
        and order_count = 1
)

select
    as_of_date,
    customer_id,
    case when recency_days <= 30 then 1 else 2 end as priority,
    'First order ' || recency_days || ' days ago, no second one yet' as reason
from customers
