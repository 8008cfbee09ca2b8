-- Grain: one row per customer whose features go together as few customers' do, now.
with int_customers__anomalies as (
    select * from {{ ref('int_customers__anomalies') }}
    where is_anomaly
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

int_customers__features as (
    select * from {{ ref('int_customers__features') }}
),

customer_anomalies as (
    select
        int_customers__anomalies.customer_id,

        int_customers__features.country,
        int_customers__anomalies.reason_1,
        int_customers__anomalies.reason_2,
        int_customers__anomalies.reason_3,

        int_customers__anomalies.anomaly_score,
        int_customers__features.recency_days,
        int_customers__features.order_count,
        int_customers__features.net_revenue,
        int_customers__features.average_order_value,
        int_customers__features.sold_quantity,
        int_customers__features.distinct_product_count,
        int_customers__features.expected_orders_per_year,
        int_customers__features.return_share,

        int_customers__anomalies.is_for_review,

        int_customers__anomalies.as_of_date
    from int_customers__anomalies
    inner join int_as_of_dates
        on int_customers__anomalies.as_of_date = int_as_of_dates.as_of_date
    inner join int_customers__features
        on
            int_customers__anomalies.as_of_date = int_customers__features.as_of_date
            and int_customers__anomalies.customer_id = int_customers__features.customer_id
)

select * from customer_anomalies
