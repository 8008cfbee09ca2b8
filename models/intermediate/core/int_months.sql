-- Grain: one row per calendar month from the first order or return to the current as-of date.
with order_versions as (
    select * from {{ ref('int_orders__versioned') }}
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

-- The last month is that of the day before the current as-of date.
observed as (
    select
        cast({{ dbt.date_trunc('month', 'min(order_versions.valid_from_date)') }} as date)
            as first_month,
        max(as_of_dates.as_of_date) as as_of_date
    from order_versions
    cross join as_of_dates
),

candidates as (
    select
        cast(
            {{ dbt.dateadd(
                'month', 'years.number * 12 + months.number', 'observed.first_month'
            ) }} as date
        ) as calendar_month,
        observed.as_of_date
    from observed
    -- 131 years are enough: lines from before 1970 or after 2099 are rejected.
    cross join {{ numbers(12, 'months') }}
    cross join {{ numbers(131, 'years') }}
),

calendar as (
    select
        calendar_month,
        cast({{ dbt.dateadd('month', 1, 'calendar_month') }} as date) <= as_of_date
            as is_complete_month
    from candidates
    where calendar_month < as_of_date
)

select * from calendar
