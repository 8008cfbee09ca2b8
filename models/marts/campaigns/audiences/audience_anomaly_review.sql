-- Grain: one row per as-of date and customer: platinum and gold customers with a high anomaly
-- score, whom a person should review before anything is sent. Those for review come first.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where
        is_anomaly
        and value_tier in ('platinum', 'gold')
)

select
    as_of_date,
    customer_id,
    case when is_for_review then 1 else 2 end as priority,
    'Out of the ordinary: ' || coalesce(anomaly_reason_1, 'no single reason') as reason
from customers
