-- Grain: one row per as-of date that is scored in full, customer with an order day, and horizon.
with candidates as (
    select * from {{ ref('int_clv_selected') }}
    where is_scored_in_full
),

-- P(alive) is by MBG/NBD, even where BG/NBD predicts orders better: in BG/NBD no customer drops out
-- before the second order.
dropout_models as (
    select clv_candidates.* from {{ ref('int_clv_candidates') }} as clv_candidates
    where
        clv_candidates.order_model = 'mbg_nbd'
        and clv_candidates.is_scored_in_full
),

orders_if_alive as (
    select * from {{ ref('int_clv__orders') }}
),

customers_to_score as (
    select purchase_summary.*
    from {{ ref('int_customers__purchase_summary') }} as purchase_summary
    inner join candidates
        on purchase_summary.as_of_date = candidates.as_of_date
),

{{ clv_scores_ctes() }},

customers_clv as (
    select
        scores.as_of_date,
        scores.customer_id,
        scores.horizon_days,

        {{ alive_probability(
            'dropout_models', 'cast(scores.repeat_count + 1 as double)', 'scores.repeat_count',
            'scores.age', 'scores.last_order_age'
        ) }} as p_alive,
        scores.churn_risk,
        scores.expected_orders,
        scores.expected_order_value,
        scores.expected_revenue,
        scores.clv,
        scores.revenue_lower as clv_lower,
        scores.revenue_upper as clv_upper
    from scores
    left join dropout_models
        on
            scores.as_of_date = dropout_models.as_of_date
            and scores.clock = dropout_models.clock
)

select * from customers_clv
