-- Grain: one row per as-of date, clock and step. The ends of months and of horizons divide the time
-- from the as-of date on into steps; a step ends before `step_date`.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

clv_clock as (
    select * from {{ ref('int_clv_clock') }}
),

newest_as_of_date as (
    select as_of_date as current_as_of_date
    from as_of_dates
    where is_current
),

-- An earlier date that is not scored in full needs only horizons that have ended, because its
-- predictions are compared with the actual values.
horizon_ends as (
    select
        as_of_dates.as_of_date,
        as_of_dates.is_current or as_of_dates.is_month_end as has_months,
        as_of_dates.is_scored_in_full as has_future,
        horizons.horizon_days,
        cast(
            {{ dbt.dateadd('day', 'horizons.horizon_days', 'as_of_dates.as_of_date') }} as date
        ) as step_date
    from as_of_dates
    cross join (values ({{ clv_horizons() | join('), (') }})) as horizons (horizon_days)
),

month_ends as (
    select
        as_of_dates.as_of_date,
        as_of_dates.is_current or as_of_dates.is_month_end as has_months,
        as_of_dates.is_current as has_future,
        cast(null as integer) as horizon_days,
        cast(
            {{ dbt.dateadd(
                'month', 'numbers.number + 1', dbt.date_trunc('month', 'as_of_dates.as_of_date')
            ) }} as date
        ) as step_date
    from as_of_dates
    cross join {{ numbers(13) }}
),

all_ends as (
    select * from horizon_ends
    union all
    select * from month_ends
),

distinct_ends as (
    select
        all_ends.as_of_date,
        all_ends.step_date,
        max(all_ends.horizon_days) as horizon_days
    from all_ends
    cross join newest_as_of_date
    where
        (
            all_ends.has_future
            or all_ends.step_date <= newest_as_of_date.current_as_of_date
        )
        and (all_ends.has_months or all_ends.horizon_days is not null)
    group by 1, 2
),

read_on_clocks as (
    select
        distinct_ends.as_of_date,
        clock_at_end.clock,
        distinct_ends.step_date,
        distinct_ends.horizon_days,
        coalesce(
            lag(distinct_ends.step_date) over (
                partition by distinct_ends.as_of_date, clock_at_end.clock
                order by distinct_ends.step_date nulls last
            ),
            distinct_ends.as_of_date
        ) as start_date,
        clock_at_end.operational_days,
        clock_at_end.valued_days
    from distinct_ends
    inner join clv_clock as clock_at_end
        on
            distinct_ends.as_of_date = clock_at_end.as_of_date
            and clock_at_end.days_before
            = 1 - {{ dbt.datediff('distinct_ends.as_of_date', 'distinct_ends.step_date', 'day') }}
),

differences as (
    select
        read_on_clocks.*,
        operational_days - coalesce(lag(operational_days) over steps_gone, 0e0)
            as step_operational_days,
        valued_days - coalesce(lag(valued_days) over steps_gone, 0e0) as step_valued_days,
        {{ dbt.datediff('as_of_date', 'start_date', 'day') }} as days_to_start,
        {{ dbt.datediff('as_of_date', 'step_date', 'day') }} as days_to_end
    from read_on_clocks
    window steps_gone as (partition by as_of_date, clock order by step_date nulls last)
),

steps as (
    select
        as_of_date,
        clock,
        start_date,
        step_date,
        horizon_days,
        operational_days,
        coalesce(step_valued_days / nullif(step_operational_days, 0e0), 1e0) as value_index,
        -- Discounts from the middle of the step to the as-of date, in years of 365 days.
        exp(
            -ln(1e0 + {{ number_var('discount_rate', lowest=0) }})
            * cast(days_to_start + days_to_end as double) / 730e0
        ) as discount_factor
    from differences
)

select * from steps
