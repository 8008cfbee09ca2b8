-- Grain: one row per calendar month from the first order or return to the newest.
with int_orders__versioned as (
    select * from {{ ref('int_orders__versioned') }}
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

-- Months in which anything happened, and those in between.
observed as (
    select
        cast({{ dbt.date_trunc('month', 'min(known_date)') }} as date) as first_month,
        cast({{ dbt.date_trunc('month', 'max(known_date)') }} as date) as last_month
    from int_orders__versioned
),

candidates as (
    select
        cast(
            {{ dbt.dateadd(
                'month', 'years.number * 12 + months.number', 'observed.first_month'
            ) }} as date
        ) as calendar_month,
        observed.last_month
    from observed
    -- Lines before 1970 are rejected: 150 years from there are enough.
    cross join {{ numbers(12, 'months') }}
    cross join {{ numbers(150, 'years') }}
),

calendar as (
    select
        candidates.calendar_month,
        cast({{ dbt.dateadd('month', 1, 'candidates.calendar_month') }} as date)
        <= int_as_of_dates.as_of_date as is_complete_month
    from candidates
    cross join int_as_of_dates
    where candidates.calendar_month <= candidates.last_month
)

select * from calendar
