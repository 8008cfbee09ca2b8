-- Grain: one row per customer with an order or a return, as of now.
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
    where is_current
),

orders as (
    select * from {{ ref('orders') }}
    where not is_guest
),

customer_clv as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ clv_horizon_days() }}
),

customer_churn as (
    select * from {{ ref('int_customers__churn') }}
),

clustered_customers as (
    select * from {{ ref('int_customers__clustered') }}
    where is_current
),

customer_tiers as (
    select * from {{ ref('int_customers__value_tiers') }}
),

anomalies as (
    select * from {{ ref('int_customers__anomalies') }}
),

countries as (
    select
        customer_id,
        country,
        row_number() over (
            partition by customer_id
            order by ordered_at desc nulls last, order_id desc nulls last
        ) as newest_first
    from orders
    where country is not null
),

customers as (
    select
        customer_segment_history.customer_id,

        countries.country,
        customer_segment_history.segment,
        clustered_customers.cluster,
        customer_segment_history.r_score,
        customer_segment_history.f_score,
        customer_segment_history.m_score,

        customer_segment_history.recency_days,
        customer_segment_history.order_count,
        customer_segment_history.order_count_365d,
        customer_segment_history.order_day_count,
        customer_segment_history.net_revenue,
        customer_segment_history.net_revenue_365d,
        customer_segment_history.kept_order_revenue,
        customer_segment_history.average_order_value,

        customer_clv.expected_orders,
        customer_clv.expected_order_value,
        customer_clv.expected_revenue,
        customer_clv.clv,
        customer_clv.clv_lower,
        customer_clv.clv_upper,
        customer_clv.p_alive,

        customer_churn.churn_risk,
        customer_churn.churn_risk_band,
        customer_churn.churn_risk_source,
        customer_churn.churn_reason_1,
        customer_churn.churn_reason_2,
        customer_churn.churn_reason_3,
        customer_churn.days_until_overdue,

        customer_tiers.value_tier,
        customer_tiers.next_value_tier,
        anomalies.anomaly_score,
        coalesce(anomalies.is_anomaly, false) as is_anomaly,

        customer_segment_history.has_positive_revenue,

        customer_segment_history.first_order_date,
        customer_segment_history.last_order_date,
        customer_segment_history.as_of_date
    from customer_segment_history
    left join countries
        on
            customer_segment_history.customer_id = countries.customer_id
            and countries.newest_first = 1
    left join customer_clv
        on
            customer_segment_history.as_of_date = customer_clv.as_of_date
            and customer_segment_history.customer_id = customer_clv.customer_id
    left join customer_churn
        on customer_segment_history.customer_id = customer_churn.customer_id
    left join clustered_customers
        on customer_segment_history.customer_id = clustered_customers.customer_id
    left join customer_tiers
        on
            customer_segment_history.as_of_date = customer_tiers.as_of_date
            and customer_segment_history.customer_id = customer_tiers.customer_id
    left join anomalies
        on
            customer_segment_history.as_of_date = anomalies.as_of_date
            and customer_segment_history.customer_id = anomalies.customer_id
)

select * from customers
