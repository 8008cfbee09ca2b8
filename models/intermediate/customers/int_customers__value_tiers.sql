-- Grain: one row per as-of date that is scored in full and customer with an order day: the tier by
-- lifetime value, and, now, the tier that the revenue of the next churn_horizon_days is foreseen to
-- have.
with int_customers__clv as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ whole_number_var('clv_horizon_days', lowest=0) }}
),

int_value_tiers__scores as (
    select * from {{ ref('int_value_tiers__scores') }}
    where horizon_days = {{ churn_horizon_days() }}
),

value_tiers as (
    select
        int_customers__clv.as_of_date,
        int_customers__clv.customer_id,
        {{ value_tier('round(int_customers__clv.clv, 6)', 'int_customers__clv.as_of_date') }}
            as value_tier,
        int_value_tiers__scores.value_tier as next_value_tier
    from int_customers__clv
    left join int_value_tiers__scores
        on
            int_customers__clv.as_of_date = int_value_tiers__scores.as_of_date
            and int_customers__clv.customer_id = int_value_tiers__scores.customer_id
)

select * from value_tiers
