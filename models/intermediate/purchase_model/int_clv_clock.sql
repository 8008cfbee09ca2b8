-- Grain: one row per as-of date, clock and day, from the day before the first order day to the last
-- day of any prediction. Each day counts 1 on the calendar clock. On the seasonal clock a day
-- counts more in months with frequent orders, as known at the as-of date, and 1 on average over a
-- year. Both clocks read 0 at the end of the last observed day.
with fit_season as (
    select * from {{ ref('fit_season') }}
),

purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
),

spans as (
    select
        as_of_date,
        cast({{ dbt.dateadd('day', '-2 - max(age_days)', 'as_of_date') }} as date) as start_date,
        cast({{ dbt.dateadd('day', clv_reach_days(), 'as_of_date') }} as date) as end_date
    from purchase_summary
    group by as_of_date
),

days as (
    select
        spans.as_of_date,
        cast(
            {{ dbt.dateadd('day', 'hundreds.number * 100 + units.number', 'spans.start_date') }}
            as date
        ) as calendar_date,
        spans.end_date
    from spans
    cross join {{ numbers(100, 'units') }}
    -- Enough days, since lines from before 1970 or after 2099 are rejected.
    cross join {{ numbers(500, 'hundreds') }}
),

intensities as (
    select
        days.as_of_date,
        clocks.clock,
        days.calendar_date,
        case when clocks.clock = 'seasonal' then fit_season.order_intensity else 1e0 end
            as order_intensity,
        case when clocks.clock = 'seasonal' then fit_season.value_index else 1e0 end as value_index
    from days
    inner join fit_season
        on
            days.as_of_date = fit_season.as_of_date
            and extract(month from days.calendar_date) = fit_season.month_number
    cross join (values ('calendar'), ('seasonal')) as clocks (clock)
    where days.calendar_date < days.end_date
),

running as (
    select
        as_of_date,
        clock,
        calendar_date,
        {{ dbt.datediff('calendar_date', 'as_of_date', 'day') }} as days_before,
        sum(order_intensity) over days_gone as operational_days,
        sum(order_intensity * value_index) over days_gone as valued_days
    from intensities
    window days_gone as (
        partition by as_of_date, clock order by calendar_date nulls last
        rows between unbounded preceding and current row
    )
),

clock as (
    select
        as_of_date,
        clock,
        calendar_date,
        days_before,
        operational_days - max(case when days_before = 1 then operational_days end) over each_clock
            as operational_days,
        valued_days - max(case when days_before = 1 then valued_days end) over each_clock
            as valued_days
    from running
    window each_clock as (partition by as_of_date, clock)
)

select * from clock
