-- Grain: one row per cut-off, order model, clock, repeat count, age and step: the orders expected
-- of customers with these values, if alive.
with candidates as (
    select * from {{ ref('int_clv_candidates') }}
    where is_backtest_cutoff
),

{{ orders_if_alive_ctes() }}

select * from orders_if_alive
