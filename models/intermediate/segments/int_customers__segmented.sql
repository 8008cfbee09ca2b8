-- Grain: one row per as-of date and customer with an order or a return before it.
with int_customers__rfm_scored as (
    select * from {{ ref('int_customers__rfm_scored') }}
),

segmented as (
    select
        int_customers__rfm_scored.*,
        {{ segment_case() }} as segment
    from int_customers__rfm_scored
)

select * from segmented
