-- Grain: one row per as-of date and distinct repeat count, last order age and age. Purchase models
-- do not distinguish customers with equal values, so a fit does not grow with their number.
with purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
),

patterns as (
    select
        as_of_date,
        repeat_count,
        last_order_age_days,
        age_days,
        cast(count(*) as integer) as customer_count,
        cast(sum(case when is_in_fit then 1 else 0 end) as integer) as fitted_customer_count,
        cast(sum(repeat_revenue) as decimal(18, 4)) as repeat_revenue
    from purchase_summary
    group by 1, 2, 3, 4
),

counted as (
    select
        patterns.*,
        cast(sum(customer_count) over (partition by as_of_date) as integer) as all_customer_count
    from patterns
)

select * from counted
