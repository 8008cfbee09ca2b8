-- Grain: one row per past month's end and later calendar month that is complete by now: the revenue
-- predicted at that month's end, the actual revenue, and that of the same month a year before.
with clv_forecast as (
    select * from {{ ref('int_clv_forecast') }}
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_month_end and not is_current
),

months as (
    select * from {{ ref('int_months') }}
),

cohort_order_days as (
    select * from {{ ref('int_cohort_order_days') }}
),

-- Whole months can be predicted only from the first of a month, so the as-of dates are month ends.
expected as (
    select
        clv_forecast.as_of_date,
        cast({{ dbt.date_trunc('month', 'clv_forecast.start_date') }} as date)
            as calendar_month,
        max(clv_forecast.customer_count) as customer_count,
        {{ sum_exactly('clv_forecast.step_revenue') }} as expected_revenue
    from clv_forecast
    inner join as_of_dates
        on clv_forecast.as_of_date = as_of_dates.as_of_date
    group by 1, 2
),

complete as (
    select
        expected.*,
        cast({{ dbt.dateadd('month', -12, 'expected.as_of_date') }} as date)
            as as_of_date_last_year,
        cast({{ dbt.dateadd('month', -12, 'expected.calendar_month') }} as date)
            as calendar_month_last_year
    from expected
    inner join months
        on expected.calendar_month = months.calendar_month
    where months.is_complete_month
),

cohort_months as (
    select
        cohort_month,
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as order_month,
        sum(net_revenue) as net_revenue
    from cohort_order_days
    group by 1, 2
),

compared as (
    select
        complete.as_of_date,
        complete.calendar_month,
        complete.customer_count,
        complete.expected_revenue,
        sum(
            case
                when
                    cohort_months.order_month = complete.calendar_month
                    and cohort_months.cohort_month < complete.as_of_date
                    then cohort_months.net_revenue
                else 0
            end
        ) as actual_revenue,
        -- Revenue of those who were customers a year before; null where the data begin later.
        sum(
            case
                when
                    cohort_months.order_month = complete.calendar_month_last_year
                    and cohort_months.cohort_month < complete.as_of_date_last_year
                    then cohort_months.net_revenue
            end
        ) as last_year_revenue
    from complete
    left join cohort_months
        on
            complete.calendar_month = cohort_months.order_month
            or complete.calendar_month_last_year = cohort_months.order_month
    group by 1, 2, 3, 4
),

backtest as (
    select
        as_of_date,
        calendar_month,
        cast(
            (extract(year from calendar_month) - extract(year from as_of_date)) * 12
            + extract(month from calendar_month) - extract(month from as_of_date)
            + 1 as integer
        ) as months_ahead,

        customer_count,
        expected_revenue,
        cast(actual_revenue as decimal(18, 4)) as actual_revenue,
        cast(last_year_revenue as decimal(18, 4)) as last_year_revenue,
        expected_revenue / cast(nullif(actual_revenue, 0) as double) as forecast_ratio,
        cast(last_year_revenue as double) / cast(nullif(actual_revenue, 0) as double)
            as last_year_ratio
    from compared
)

select * from backtest
-- With a longer CLV horizon there are later steps, which are not whole months.
where months_ahead <= 13
