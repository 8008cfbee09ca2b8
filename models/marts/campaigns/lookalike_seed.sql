-- Grain: one row per customer among the most valuable now: a seed list for advertising tools.
with lookalike_customers as (
    select * from {{ ref('int_lookalikes__customers') }}
    where
        is_current
        and is_seed
),

customers as (
    select * from {{ ref('customers') }}
),

totals as (
    select {{ sum_exactly('customer_value', places=6) }} as customer_value
    from lookalike_customers
),

lookalike_seed as (
    select
        lookalike_customers.customer_id,

        customers.country,
        customers.segment,
        lookalike_customers.value_tier,
        lookalike_customers.value_rank,

        cast(round(lookalike_customers.customer_value, 2) as decimal(18, 2)) as value,
        lookalike_customers.customer_value / nullif(totals.customer_value, 0e0)
            as value_share,

        lookalike_customers.as_of_date
    from lookalike_customers
    cross join totals
    inner join customers
        on lookalike_customers.customer_id = customers.customer_id
)

select * from lookalike_seed
