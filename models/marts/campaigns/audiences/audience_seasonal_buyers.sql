-- Grain: one row per as-of date and customer: at most two orders a year, at least half of the order
-- days in what are now the next 60 days, and silent since. To be reminded when their season comes.
with customers as (
    select * from {{ ref('int_audience_customers') }}
    where
        order_count_365d <= 2
        and recency_days >= 180
        and coming_season_order_days >= 1
        and 2 * coming_season_order_days >= order_day_count
)

select
    as_of_date,
    customer_id,
    case when coming_season_order_days >= 2 then 1 else 2 end as priority,
    'Ordered at this time of year on ' || coming_season_order_days || ' of ' || order_day_count
    || ' order days' as reason
from customers
