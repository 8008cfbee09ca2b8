-- Grain: one row per as-of date and customer with an order day before it.
with int_customers__rfm as (
    select * from {{ ref('int_customers__rfm') }}
    where order_day_count > 0
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

hashed as (
    select distinct
        customer_id,
        md5(customer_id) as customer_hash
    from int_customers__rfm
),

buckets as (
    select
        customer_id,
        {{ hash_bucket('customer_hash') }} as bucket
    from hashed
),

-- How many of 65536 buckets a sample takes: all where there are few customers. Month ends only tell
-- how earlier predictions came out, and are fitted on fewer.
sample_sizes as (
    select
        int_customers__rfm.as_of_date,
        65536e0 / cast(nullif(count(*), 0) as double)
        * case
            when int_as_of_dates.is_scored_in_full or int_as_of_dates.is_backtest_cutoff
                then 2000000e0
            else 20000e0
        end as fitted_buckets,
        65536e0 / cast(nullif(count(*), 0) as double) * 50000e0 as backtest_buckets,
        65536e0 / cast(nullif(count(*), 0) as double) * 20000e0 as training_buckets
    from int_customers__rfm
    inner join int_as_of_dates
        on int_customers__rfm.as_of_date = int_as_of_dates.as_of_date
    group by
        int_customers__rfm.as_of_date,
        int_as_of_dates.is_scored_in_full,
        int_as_of_dates.is_backtest_cutoff
),

days as (
    select
        int_customers__rfm.as_of_date,
        int_customers__rfm.customer_id,
        int_customers__rfm.recency_days,
        int_customers__rfm.order_day_count,
        int_customers__rfm.repeat_revenue,
        {{ dbt.datediff(
            'int_customers__rfm.first_order_date', 'int_customers__rfm.as_of_date', 'day'
        ) }} as days_since_first_order,
        cast(buckets.bucket as double) < sample_sizes.fitted_buckets as is_in_fit,
        cast(buckets.bucket as double) < sample_sizes.backtest_buckets as is_in_backtest,
        cast(buckets.bucket as double) < sample_sizes.training_buckets as is_in_training
    from int_customers__rfm
    inner join buckets
        on int_customers__rfm.customer_id = buckets.customer_id
    inner join sample_sizes
        on int_customers__rfm.as_of_date = sample_sizes.as_of_date
),

purchase_summary as (
    select
        as_of_date,
        customer_id,

        order_day_count - 1 as repeat_count,
        cast(days_since_first_order - recency_days as integer) as last_order_age_days,
        -- The last observed day is the day before the as-of date.
        cast(days_since_first_order - 1 as integer) as age_days,
        repeat_revenue,
        cast(repeat_revenue as double) / cast(nullif(order_day_count - 1, 0) as double)
            as mean_repeat_value,

        is_in_fit,
        is_in_backtest,
        is_in_training
    from days
)

select * from purchase_summary
