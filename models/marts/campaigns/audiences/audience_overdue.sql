-- Grain: one row per as-of date and customer with at least three order days whose last order is
-- longer ago than usual for them, but less than three times their mean interpurchase time. Platinum
-- and gold come first.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where
        order_day_count >= 3
        and days_until_overdue < 0
        and cast(recency_days as double) < 3e0 * mean_interpurchase_days
)

select
    as_of_date,
    customer_id,
    case when value_tier in ('platinum', 'gold') then 1 else 2 end as priority,
    'Orders every ' || cast(round(mean_interpurchase_days) as integer) || ' days, silent for '
    || recency_days || ' days' as reason
from customers
