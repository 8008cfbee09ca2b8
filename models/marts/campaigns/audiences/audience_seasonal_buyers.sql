-- Grain: one row per as-of date and customer who orders seasonally, to be reminded when their
-- season begins: at most two orders in the last year, none in the last 180 days, and at least half
-- of all order days in the 60 days of the year that begin at the as-of date.
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
