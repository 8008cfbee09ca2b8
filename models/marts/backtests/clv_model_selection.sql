-- Grain: one row per candidate for CLV, expected orders and expected revenue: an order model and a
-- clock.
with model_selection as (
    select * from {{ ref('int_model_selection') }}
    where
        is_current
        and purpose = 'clv'
),

clv_candidates as (
    select * from {{ ref('int_clv_candidates') }}
    where is_current
),

selection as (
    select
        model_selection.model,
        clv_candidates.order_model,
        clv_candidates.clock,
        model_selection.eligibility,
        model_selection.cutoff_count,
        model_selection.relative_error as relative_rmse,
        model_selection.is_selected
    from model_selection
    inner join clv_candidates
        on model_selection.model = clv_candidates.model
)

select * from selection
