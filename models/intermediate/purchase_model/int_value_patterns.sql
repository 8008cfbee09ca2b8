-- Grain: one row per as-of date and distinct count and revenue of repeat orders. The value model
-- excludes customers with one order day only and customers without revenue from repeat orders.
with purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
    where
        mean_repeat_value > 0
        and is_in_fit
),

patterns as (
    select
        as_of_date,
        repeat_count,
        repeat_revenue,
        min(mean_repeat_value) as mean_repeat_value,
        cast(count(*) as integer) as fitted_customer_count
    from purchase_summary
    group by 1, 2, 3
)

select * from patterns
