-- Grain: one row per as-of date (month's end, or scored in full), count of repeat orders, age and
-- step: what those who are alike in these are expected to order, if alive, by the chosen model.
with candidates as (
    select * from {{ ref('int_clv_selected') }}
    where is_month_end or is_scored_in_full
),

{{ orders_if_alive_ctes() }}

select * from orders_if_alive
