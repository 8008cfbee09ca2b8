-- Grain: one row per as-of date for which the purchase model selected now has parameters.
with clv_candidates as (
    select * from {{ ref('int_clv_candidates') }}
),

model_selection as (
    select * from {{ ref('int_model_selection') }}
    where
        is_current
        and purpose = 'clv'
        and is_selected
),

selected as (
    select clv_candidates.*
    from clv_candidates
    inner join model_selection
        on clv_candidates.model = model_selection.model
)

select * from selected
