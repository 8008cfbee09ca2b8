-- Grain: one row per customer who is not yet valuable and most like those who are, now.
with int_lookalikes__distances as (
    select * from {{ ref('int_lookalikes__distances') }}
    where
        is_current
        and is_lookalike
),

customers as (
    select * from {{ ref('customers') }}
),

lookalikes as (
    select
        int_lookalikes__distances.customer_id,

        customers.country,
        customers.segment,
        int_lookalikes__distances.value_tier,
        int_lookalikes__distances.similarity_rank,
        int_lookalikes__distances.reason_1,
        int_lookalikes__distances.reason_2,

        int_lookalikes__distances.distance,
        customers.clv,
        customers.net_revenue,
        customers.order_count,
        customers.recency_days,

        int_lookalikes__distances.as_of_date
    from int_lookalikes__distances
    inner join customers
        on int_lookalikes__distances.customer_id = customers.customer_id
)

select * from lookalikes
