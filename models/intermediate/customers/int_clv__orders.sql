-- Grain: one row per as-of date (month's end, or scored in full), count of repeat orders, age and
-- step: what those who are alike in these are expected to order, if alive, by the chosen model.
with candidates as (
    select int_clv_candidates.* from {{ ref('int_clv_candidates') }} as int_clv_candidates
    inner join {{ ref('clv_model_choice') }} as clv_model_choice
        on int_clv_candidates.model = clv_model_choice.model
    where
        clv_model_choice.is_selected
        and (int_clv_candidates.is_month_end or int_clv_candidates.is_scored_in_full)
),

{{ orders_if_alive_ctes() }}

select * from orders_if_alive
