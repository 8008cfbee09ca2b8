-- Grain: one row per cut-off, order model, clock, count of repeat orders, age and step: what those
-- who are alike in these are expected to order, if alive.
with candidates as (
    select * from {{ ref('int_clv_candidates') }}
    where is_backtest_cutoff
),

{{ orders_if_alive_ctes() }}

select * from orders_if_alive
