-- Grain: one row per customer who is not yet valuable and is most similar to the valuable ones,
-- now.
with distances as (
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
        distances.customer_id,

        customers.country,
        customers.segment,
        distances.value_tier,
        distances.similarity_rank,
        distances.reason_1,
        distances.reason_2,

        distances.distance,
        customers.clv,
        customers.net_revenue,
        customers.order_count,
        customers.recency_days,

        distances.as_of_date
    from distances
    inner join customers
        on distances.customer_id = customers.customer_id
)

select * from lookalikes
