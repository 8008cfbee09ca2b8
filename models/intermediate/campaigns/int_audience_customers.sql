-- Grain: one row per as-of date at which every customer is scored, and customer with an order or a
-- return before it. It holds the columns from which audiences select, as known at the as-of date.
-- depends_on: {{ ref('stg_erased_customers') }}
with customers_segmented as (
    select
        segmented_customers.*,
        as_of_dates.is_current
    from {{ ref('int_customers__segmented') }} as segmented_customers
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on
            segmented_customers.as_of_date = as_of_dates.as_of_date
            and as_of_dates.is_scored_in_full
),

features as (
    select * from {{ ref('int_customers__features') }}
),

customer_clv as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ clv_horizon_days() }}
),

-- The churn risk of the purchase model: another model may predict the published one, and has no
-- predictions as of earlier dates.
churn_risks as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ churn_horizon_days() }}
),

customer_tiers as (
    select * from {{ ref('int_customers__value_tiers') }}
),

anomalies as (
    select * from {{ ref('int_customers__anomalies') }}
),

customers as (
    select
        customers_segmented.as_of_date,
        customers_segmented.customer_id,

        features.country,
        customers_segmented.segment,
        customers_segmented.r_score,
        customers_segmented.f_score,
        customers_segmented.m_score,
        customer_tiers.value_tier,

        customers_segmented.recency_days,
        customers_segmented.order_count,
        customers_segmented.order_count_365d,
        customers_segmented.order_day_count,
        customers_segmented.net_revenue,
        customers_segmented.net_revenue_365d,
        customers_segmented.average_order_value,
        features.tenure_days,
        features.mean_interpurchase_days,
        features.days_until_overdue,
        features.coming_season_order_days,

        customer_clv.expected_orders,
        customer_clv.expected_order_value,
        customer_clv.expected_revenue,
        customer_clv.clv,
        customer_clv.p_alive,
        churn_risks.churn_risk as purchase_model_churn_risk,
        anomalies.anomaly_score,
        anomalies.reason_1 as anomaly_reason_1,
        anomalies.reason_2 as anomaly_reason_2,
        anomalies.reason_3 as anomaly_reason_3,

        coalesce(anomalies.is_anomaly, false) as is_anomaly,
        coalesce(anomalies.is_for_review, false) as is_for_review,
        customers_segmented.is_current,

        customers_segmented.first_order_date,
        customers_segmented.last_order_date
    from customers_segmented
    left join features
        on
            customers_segmented.as_of_date = features.as_of_date
            and customers_segmented.customer_id = features.customer_id
    left join customer_clv
        on
            customers_segmented.as_of_date = customer_clv.as_of_date
            and customers_segmented.customer_id = customer_clv.customer_id
    left join churn_risks
        on
            customers_segmented.as_of_date = churn_risks.as_of_date
            and customers_segmented.customer_id = churn_risks.customer_id
    left join customer_tiers
        on
            customers_segmented.as_of_date = customer_tiers.as_of_date
            and customers_segmented.customer_id = customer_tiers.customer_id
    left join anomalies
        on
            customers_segmented.as_of_date = anomalies.as_of_date
            and customers_segmented.customer_id = anomalies.customer_id
)

{{ select_without_erased('customers') }}
