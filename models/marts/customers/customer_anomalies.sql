-- Grain: one row per customer with an unusual combination of features, as of now.
with anomalies as (
    select * from {{ ref('int_customers__anomalies') }}
    where is_anomaly
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

features as (
    select * from {{ ref('int_customers__features') }}
),

customer_anomalies as (
    select
        anomalies.customer_id,

        features.country,
        anomalies.reason_1,
        anomalies.reason_2,
        anomalies.reason_3,

        anomalies.anomaly_score,
        features.recency_days,
        features.order_count,
        features.net_revenue,
        features.average_order_value,
        features.sold_quantity,
        features.distinct_product_count,
        features.expected_orders_per_year,
        features.return_share,

        anomalies.is_for_review,

        anomalies.as_of_date
    from anomalies
    inner join as_of_dates
        on anomalies.as_of_date = as_of_dates.as_of_date
    inner join features
        on
            anomalies.as_of_date = features.as_of_date
            and anomalies.customer_id = features.customer_id
)

select * from customer_anomalies
