-- Grain: one row per customer with an order or a return, as of now.
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
    where is_current
),

orders as (
    select * from {{ ref('orders') }}
    where not is_guest
),

int_customers__clv as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ whole_number_var('clv_horizon_days', lowest=0) }}
),

int_customers__churn as (
    select * from {{ ref('int_customers__churn') }}
),

int_customers__clustered as (
    select * from {{ ref('int_customers__clustered') }}
    where is_current
),

int_customers__value_tiers as (
    select * from {{ ref('int_customers__value_tiers') }}
),

int_customers__anomalies as (
    select * from {{ ref('int_customers__anomalies') }}
),

-- The country of the newest order that names one.
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
        int_customers__clustered.cluster,
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

        int_customers__clv.expected_orders,
        int_customers__clv.expected_order_value,
        int_customers__clv.expected_revenue,
        int_customers__clv.clv,
        int_customers__clv.clv_lower,
        int_customers__clv.clv_upper,
        int_customers__clv.p_alive,

        int_customers__churn.churn_risk,
        int_customers__churn.churn_risk_band,
        int_customers__churn.churn_risk_source,
        int_customers__churn.churn_reason_1,
        int_customers__churn.churn_reason_2,
        int_customers__churn.churn_reason_3,
        int_customers__churn.days_until_overdue,

        int_customers__value_tiers.value_tier,
        int_customers__value_tiers.next_value_tier,
        int_customers__anomalies.anomaly_score,
        coalesce(int_customers__anomalies.is_anomaly, false) as is_anomaly,

        customer_segment_history.has_positive_revenue,

        customer_segment_history.first_order_date,
        customer_segment_history.last_order_date,
        customer_segment_history.as_of_date
    from customer_segment_history
    left join countries
        on
            customer_segment_history.customer_id = countries.customer_id
            and countries.newest_first = 1
    left join int_customers__clv
        on
            customer_segment_history.as_of_date = int_customers__clv.as_of_date
            and customer_segment_history.customer_id = int_customers__clv.customer_id
    left join int_customers__churn
        on customer_segment_history.customer_id = int_customers__churn.customer_id
    left join int_customers__clustered
        on customer_segment_history.customer_id = int_customers__clustered.customer_id
    left join int_customers__value_tiers
        on
            customer_segment_history.as_of_date = int_customers__value_tiers.as_of_date
            and customer_segment_history.customer_id = int_customers__value_tiers.customer_id
    left join int_customers__anomalies
        on
            customer_segment_history.as_of_date = int_customers__anomalies.as_of_date
            and customer_segment_history.customer_id = int_customers__anomalies.customer_id
)

select * from customers
