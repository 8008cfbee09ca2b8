-- Grain: one row per month of first orders and each later calendar month. Orders count as placed,
-- before returns on later days, so that a fit may read all months before its as-of date.
with customer_order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where
        order_date = valid_from_date
        and is_order_day
),

months as (
    select * from {{ ref('int_months') }}
),

order_days as (
    select
        customer_id,
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as order_month,
        net_revenue,
        min(order_date) over (partition by customer_id) as first_order_date,
        -- The customer's mean net revenue per earlier order day.
        cast(sum(net_revenue) over earlier_days as double)
        / cast(nullif(count(*) over earlier_days, 0) as double) as usual_revenue
    from customer_order_days
    window earlier_days as (
        partition by customer_id order by order_date nulls last
        rows between unbounded preceding and 1 preceding
    )
),

cohort_days as (
    select
        cast({{ dbt.date_trunc('month', 'first_order_date') }} as date) as first_order_month,
        order_days.*
    from order_days
),

cohorts as (
    select
        first_order_month,
        cast(count(distinct customer_id) as integer) as customer_count
    from cohort_days
    group by 1
),

activity as (
    select
        first_order_month,
        order_month,
        count(*) as order_day_count,
        sum(net_revenue) as net_revenue,
        {{ sum_exactly('usual_revenue') }} as usual_revenue
    from cohort_days
    group by 1, 2
),

cohort_months as (
    select
        cohorts.first_order_month,
        months.calendar_month as order_month,
        cohorts.customer_count,
        cast(coalesce(activity.order_day_count, 0) as integer) as order_day_count,
        cast(coalesce(activity.net_revenue, 0) as decimal(18, 4)) as net_revenue,
        coalesce(activity.usual_revenue, 0e0) as usual_revenue
    from cohorts
    inner join months
        on cohorts.first_order_month < months.calendar_month
    left join activity
        on
            cohorts.first_order_month = activity.first_order_month
            and months.calendar_month = activity.order_month
)

select * from cohort_months
