-- Grain: one row per as-of date and customer of the segment New Customers with one order, to prompt
-- the second. The newest come first: most second orders follow soon.
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
