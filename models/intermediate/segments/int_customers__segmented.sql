-- Grain: one row per as-of date and customer with an order or a return before it.
with rfm_scored as (
    select * from {{ ref('int_customers__rfm_scored') }}
),

segmented as (
    select
        rfm_scored.*,
        {{ segment_case() }} as segment
    from rfm_scored
)

select * from segmented
