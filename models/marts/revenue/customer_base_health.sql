-- Grain: one row per month's end.
with month_ends as (
    select
        customer_segment_history.*,
        cast({{ dbt.dateadd('month', -3, 'as_of_date') }} as date) as as_of_date_before,
        recency_days <= 90 as is_active
    from {{ ref('customer_segment_history') }} as customer_segment_history
    where
        is_month_end
        and order_day_count > 0
),

revenue_concentration as (
    select * from {{ ref('revenue_concentration') }}
),

base as (
    select
        as_of_date,
        as_of_date_before,
        count(*) as customer_count,
        sum(case when is_active then 1 else 0 end) as active_count,
        sum(case when order_day_count > 1 then 1 else 0 end) as repeat_count,
        sum(case when first_order_date >= as_of_date_before then 1 else 0 end) as new_count
    from month_ends
    group by 1, 2
),

-- Customers active three months ago: retained or lapsed. Those who have since returned everything
-- are lapsed.
followed as (
    select
        later_dates.as_of_date,
        sum(case when month_ends.is_active then 1 else 0 end) as retained_count,
        sum(case when month_ends.is_active then 0 else 1 end) as lapsed_count
    from base as later_dates
    inner join month_ends as earlier
        on
            later_dates.as_of_date_before = earlier.as_of_date
            and earlier.is_active
    left join month_ends
        on
            later_dates.as_of_date = month_ends.as_of_date
            and earlier.customer_id = month_ends.customer_id
    group by 1
),

components as (
    select
        base.as_of_date,
        base.customer_count,
        cast(base.active_count as double) / nullif(base.customer_count, 0) as active_share,
        cast(base.repeat_count as double) / nullif(base.customer_count, 0) as repeat_share,
        cast(followed.retained_count as double)
        / nullif(followed.retained_count + followed.lapsed_count, 0) as retention_rate_3m,
        cast(base.new_count as double) / nullif(base.new_count + followed.lapsed_count, 0)
            as renewal_share,
        1 - revenue_concentration.gini as revenue_spread
    from base
    left join followed
        on base.as_of_date = followed.as_of_date
    left join revenue_concentration
        on base.as_of_date = revenue_concentration.as_of_date
),

health as (
    select
        as_of_date,
        cast(customer_count as integer) as customer_count,
        active_share,
        repeat_share,
        retention_rate_3m,
        renewal_share,
        revenue_spread,
        100 * (active_share + repeat_share + retention_rate_3m + renewal_share + revenue_spread)
        / 5e0 as health_score
    from components
)

select * from health
