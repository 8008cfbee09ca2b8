-- Grain: one row per as-of date with clusters and customer of a sample by hash, of about 20,000 a
-- date: what clusters are fitted on.
with int_customers__feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
    where is_in_training
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current or is_month_end or is_backtest_cutoff
),

sampled as (
    select
        int_customers__feature_vectors.as_of_date,
        int_customers__feature_vectors.customer_id,

        int_customers__feature_vectors.log_recency,
        int_customers__feature_vectors.log_orders,
        int_customers__feature_vectors.log_revenue,
        int_customers__feature_vectors.log_products,
        int_customers__feature_vectors.log_order_value,
        int_customers__feature_vectors.log_tenure,
        int_customers__feature_vectors.log_repeat_orders,

        int_as_of_dates.is_current
    from int_customers__feature_vectors
    inner join int_as_of_dates
        on int_customers__feature_vectors.as_of_date = int_as_of_dates.as_of_date
)

select * from sampled
