-- Grain: one row per as-of date (month's end, or scored in full), repeat count, age and step: the
-- orders that the selected model expects of customers with these values, if alive.
with candidates as (
    select * from {{ ref('int_clv_selected') }}
    where is_month_end or is_scored_in_full
),

{{ orders_if_alive_ctes() }}

select * from orders_if_alive
