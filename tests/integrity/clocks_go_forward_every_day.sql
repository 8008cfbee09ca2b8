-- Fails for each day on which a clock does not advance, and for each day after a missing one.
with clv_clock as (
    select * from {{ ref('int_clv_clock') }}
),

differences as (
    select
        as_of_date,
        clock,
        calendar_date,
        operational_days,
        valued_days,
        lag(calendar_date) over each_clock as calendar_date_before,
        lag(operational_days) over each_clock as operational_days_before,
        lag(valued_days) over each_clock as valued_days_before
    from clv_clock
    window each_clock as (partition by as_of_date, clock order by calendar_date nulls last)
)

select * from differences
where
    operational_days <= operational_days_before
    or valued_days <= valued_days_before
    or {{ dbt.datediff('calendar_date_before', 'calendar_date', 'day') }} <> 1
