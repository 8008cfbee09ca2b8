-- Grain: one row per as-of date that is scored in full and customer with an order day: the tier by
-- lifetime value, and the tier predicted for the revenue of the next churn_horizon_days.
with customer_clv as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ clv_horizon_days() }}
),

tier_scores as (
    select * from {{ ref('int_value_tiers__scores') }}
    where horizon_days = {{ churn_horizon_days() }}
),

value_tiers as (
    select
        customer_clv.as_of_date,
        customer_clv.customer_id,
        {{ value_tier('round(customer_clv.clv, 6)', 'customer_clv.as_of_date') }}
            as value_tier,
        tier_scores.value_tier as next_value_tier
    from customer_clv
    left join tier_scores
        on
            customer_clv.as_of_date = tier_scores.as_of_date
            and customer_clv.customer_id = tier_scores.customer_id
)

select * from value_tiers
