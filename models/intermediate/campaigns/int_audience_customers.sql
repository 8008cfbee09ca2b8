-- Grain: one row per as-of date that is scored in full and customer with an order or a return
-- before it: what an audience can ask for. Everything is as it was known at the as-of date.
with customers_segmented as (
    select
        int_customers__segmented.*,
        int_as_of_dates.is_current
    from {{ ref('int_customers__segmented') }} as int_customers__segmented
    inner join {{ ref('int_as_of_dates') }} as int_as_of_dates
        on
            int_customers__segmented.as_of_date = int_as_of_dates.as_of_date
            and int_as_of_dates.is_scored_in_full
),

int_customers__features as (
    select * from {{ ref('int_customers__features') }}
),

int_customers__clv as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ whole_number_var('clv_horizon_days', lowest=0) }}
),

-- The published churn risk may be another model's, which earlier dates do not have.
churn_risks as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ churn_horizon_days() }}
),

int_customers__value_tiers as (
    select * from {{ ref('int_customers__value_tiers') }}
),

int_customers__anomalies as (
    select * from {{ ref('int_customers__anomalies') }}
),

customers as (
    select
        customers_segmented.as_of_date,
        customers_segmented.customer_id,

        int_customers__features.country,
        customers_segmented.segment,
        customers_segmented.r_score,
        customers_segmented.f_score,
        customers_segmented.m_score,
        int_customers__value_tiers.value_tier,

        customers_segmented.recency_days,
        customers_segmented.order_count,
        customers_segmented.order_count_365d,
        customers_segmented.order_day_count,
        customers_segmented.net_revenue,
        customers_segmented.net_revenue_365d,
        customers_segmented.average_order_value,
        int_customers__features.tenure_days,
        int_customers__features.mean_interpurchase_days,
        int_customers__features.days_until_overdue,
        int_customers__features.coming_season_order_days,

        int_customers__clv.expected_orders,
        int_customers__clv.expected_order_value,
        int_customers__clv.expected_revenue,
        int_customers__clv.clv,
        int_customers__clv.p_alive,
        churn_risks.churn_risk as purchase_model_churn_risk,
        int_customers__anomalies.anomaly_score,
        int_customers__anomalies.reason_1 as anomaly_reason_1,
        int_customers__anomalies.reason_2 as anomaly_reason_2,
        int_customers__anomalies.reason_3 as anomaly_reason_3,

        coalesce(int_customers__anomalies.is_anomaly, false) as is_anomaly,
        coalesce(int_customers__anomalies.is_for_review, false) as is_for_review,
        customers_segmented.is_current,

        customers_segmented.first_order_date,
        customers_segmented.last_order_date
    from customers_segmented
    left join int_customers__features
        on
            customers_segmented.as_of_date = int_customers__features.as_of_date
            and customers_segmented.customer_id = int_customers__features.customer_id
    left join int_customers__clv
        on
            customers_segmented.as_of_date = int_customers__clv.as_of_date
            and customers_segmented.customer_id = int_customers__clv.customer_id
    left join churn_risks
        on
            customers_segmented.as_of_date = churn_risks.as_of_date
            and customers_segmented.customer_id = churn_risks.customer_id
    left join int_customers__value_tiers
        on
            customers_segmented.as_of_date = int_customers__value_tiers.as_of_date
            and customers_segmented.customer_id = int_customers__value_tiers.customer_id
    left join int_customers__anomalies
        on
            customers_segmented.as_of_date = int_customers__anomalies.as_of_date
            and customers_segmented.customer_id = int_customers__anomalies.customer_id
)

select * from customers
