-- Grain: one row per cohort month (that of the first order day) and age in months, up to the newest
-- month.
with months as (
    select * from {{ ref('int_months') }}
),

customer_months as (
    select * from {{ ref('int_customer_months') }}
),

cohorts as (
    select
        cohort_month,
        count(*) as cohort_customer_count
    from customer_months
    where order_month = cohort_month
    group by 1
),

active as (
    select
        cohort_month,
        order_month,
        count(*) as active_customer_count,
        sum(net_revenue) as net_revenue
    from customer_months
    group by 1, 2
),

ages as (
    select
        cohorts.cohort_month,
        12 * extract(year from months.calendar_month)
        + extract(month from months.calendar_month)
        - 12 * extract(year from cohorts.cohort_month)
        - extract(month from cohorts.cohort_month) as age_months,
        months.calendar_month,
        months.is_complete_month,
        cohorts.cohort_customer_count,
        coalesce(active.active_customer_count, 0) as active_customer_count,
        coalesce(active.net_revenue, 0) as net_revenue
    from cohorts
    inner join months
        on cohorts.cohort_month <= months.calendar_month
    left join active
        on
            cohorts.cohort_month = active.cohort_month
            and months.calendar_month = active.order_month
),

cumulated as (
    select
        ages.*,
        sum(net_revenue) over (
            partition by cohort_month
            order by age_months nulls last
            rows between unbounded preceding and current row
        ) as cumulative_net_revenue
    from ages
),

cohort_retention as (
    select
        cohort_month,
        cast(age_months as integer) as age_months,

        calendar_month,

        cast(cohort_customer_count as integer) as cohort_customer_count,
        cast(active_customer_count as integer) as active_customer_count,
        cast(active_customer_count as double) / nullif(cohort_customer_count, 0)
            as retention_rate,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        cast(cumulative_net_revenue as decimal(18, 4)) as cumulative_net_revenue,
        cast(cumulative_net_revenue as double)
        / nullif(cohort_customer_count, 0) as cumulative_revenue_per_customer,

        is_complete_month
    from cumulated
)

select * from cohort_retention
