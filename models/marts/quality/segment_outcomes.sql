-- Grain: one row per cut-off, horizon, grouping and group: the actual outcomes of its customers.
with validation_groups as (
    select * from {{ ref('int_validation__groups') }}
),

outcomes as (
    select
        cutoff_date,
        horizon_days,
        grouping_name,
        group_name,
        customer_count,
        cast(churned_count as double) / cast(nullif(customer_count, 0) as double) as churned_share,
        cast(actual_orders as double) / cast(nullif(customer_count, 0) as double)
            as orders_per_customer,
        cast(actual_revenue as double) / cast(nullif(customer_count, 0) as double)
            as revenue_per_customer
    from validation_groups
)

select * from outcomes
