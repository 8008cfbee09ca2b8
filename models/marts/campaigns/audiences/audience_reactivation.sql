-- Grain: one row per as-of date and customer: the quarter of the segment Lost with the highest CLV.
-- The others are not worth the cost of a contact.
with lost_customers as (
    select * from {{ ref('int_audience_customers') }}
    where segment = 'lost'
),

ranked as (
    select
        lost_customers.*,
        percent_rank() over (partition by as_of_date order by clv nulls first) as clv_rank
    from lost_customers
)

select
    as_of_date,
    customer_id,
    1 as priority,
    'Lost for ' || recency_days || ' days, but among the quarter with the highest clv' as reason
from ranked
where
    clv > 0e0
    and clv_rank >= 0.75e0
