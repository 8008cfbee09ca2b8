-- Grain: one row per customer among the most valuable now, as advertising tools take a seed list.
with int_lookalikes__customers as (
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
    from int_lookalikes__customers
),

lookalike_seed as (
    select
        int_lookalikes__customers.customer_id,

        customers.country,
        customers.segment,
        int_lookalikes__customers.value_tier,
        int_lookalikes__customers.value_rank,

        cast(round(int_lookalikes__customers.customer_value, 2) as decimal(18, 2)) as value,
        int_lookalikes__customers.customer_value / nullif(totals.customer_value, 0e0)
            as value_share,

        int_lookalikes__customers.as_of_date
    from int_lookalikes__customers
    cross join totals
    inner join customers
        on int_lookalikes__customers.customer_id = customers.customer_id
)

select * from lookalike_seed
