-- Grain: one row per as-of date and customer with an order day before it.
with rfm as (
    select * from {{ ref('int_customers__rfm') }}
    where order_day_count > 0
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

hashed as (
    select distinct
        customer_id,
        md5(customer_id) as customer_hash
    from rfm
),

buckets as (
    select
        customer_id,
        {{ hash_bucket('customer_hash') }} as bucket
    from hashed
),

-- The number of the 65536 hash buckets that each sample takes; all of them where there are few
-- customers. Month ends only show how earlier predictions turned out, so they need fewer customers.
sample_sizes as (
    select
        rfm.as_of_date,
        65536e0 / cast(nullif(count(*), 0) as double)
        * case
            when as_of_dates.is_fit_date or as_of_dates.is_backtest_cutoff
                then 2000000e0
            else 20000e0
        end as fitted_buckets,
        65536e0 / cast(nullif(count(*), 0) as double) * 50000e0 as backtest_buckets,
        65536e0 / cast(nullif(count(*), 0) as double) * 20000e0 as training_buckets
    from rfm
    inner join as_of_dates
        on rfm.as_of_date = as_of_dates.as_of_date
    group by
        rfm.as_of_date,
        as_of_dates.is_fit_date,
        as_of_dates.is_backtest_cutoff
),

days as (
    select
        rfm.as_of_date,
        rfm.customer_id,
        rfm.recency_days,
        rfm.order_day_count,
        rfm.repeat_revenue,
        {{ dbt.datediff(
            'rfm.first_order_date', 'rfm.as_of_date', 'day'
        ) }} as days_since_first_order,
        cast(buckets.bucket as double) < sample_sizes.fitted_buckets as is_in_fit,
        cast(buckets.bucket as double) < sample_sizes.backtest_buckets as is_in_backtest,
        cast(buckets.bucket as double) < sample_sizes.training_buckets as is_in_training
    from rfm
    inner join buckets
        on rfm.customer_id = buckets.customer_id
    inner join sample_sizes
        on rfm.as_of_date = sample_sizes.as_of_date
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
