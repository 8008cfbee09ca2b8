-- Grain: one row per as-of date that a churn model scores, and horizon: the ratio of the
-- operational time of the horizon to the mean operational time of the training windows.
with training_sets as (
    select * from {{ ref('int_training_sets') }}
),

seasonal_clock as (
    select * from {{ ref('int_clv_clock') }}
    where clock = 'seasonal'
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current or is_backtest_cutoff
),

fitted_windows as (
    select distinct
        as_of_date as fit_date,
        horizon_days,
        cutoff_date
    from training_sets
),

learned_windows as (
    select
        as_of_dates.as_of_date,
        fitted_windows.horizon_days,
        fitted_windows.cutoff_date
    from fitted_windows
    inner join as_of_dates
        on fitted_windows.fit_date = as_of_dates.fit_date
),

fits as (
    select distinct
        as_of_date,
        horizon_days
    from learned_windows
),

windows as (
    select
        as_of_date,
        horizon_days,
        false as is_to_come,
        {{ dbt.datediff('cutoff_date', 'as_of_date', 'day') }} as start_days_before
    from learned_windows
    union all
    select
        as_of_date,
        horizon_days,
        true as is_to_come,
        0 as start_days_before
    from fits
),

lengths as (
    select
        windows.as_of_date,
        windows.horizon_days,
        windows.is_to_come,
        window_ends.operational_days - window_starts.operational_days as operational_days
    from windows
    inner join seasonal_clock as window_starts
        on
            windows.as_of_date = window_starts.as_of_date
            and window_starts.days_before = windows.start_days_before + 1
    inner join seasonal_clock as window_ends
        on
            windows.as_of_date = window_ends.as_of_date
            and window_ends.days_before = windows.start_days_before + 1 - windows.horizon_days
),

seasons as (
    select
        as_of_date,
        horizon_days,
        round(
            max(case when is_to_come then operational_days end)
            * cast(sum(case when is_to_come then 0 else 1 end) as double)
            / nullif(
                {{ sum_exactly('case when is_to_come then 0e0 else operational_days end') }}, 0e0
            ),
            9
        ) as season_ratio
    from lengths
    group by 1, 2
)

select * from seasons
