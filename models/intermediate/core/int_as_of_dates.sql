-- Grain: one row per as-of date. An as-of date is exclusive: only what happened before it counts.
with order_versions as (
    select * from {{ ref('int_orders__versioned') }}
),

campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

observed as (
    select
        min(valid_from_date) as first_date,
        coalesce(
            {{ date_var('as_of_date') }},
            cast({{ dbt.dateadd('day', 1, 'max(valid_from_date)') }} as date)
        ) as current_as_of_date
    from order_versions
),

newest_dates as (
    select
        current_as_of_date as as_of_date,
        true as is_current,
        false as is_month_end,
        false as is_backtest_cutoff,
        false as is_training_cutoff,
        false as is_launch_date,
        false as is_trigger_start
    from observed
),

-- As an exclusive date, a month's end is the first day of the next month.
month_ends as (
    select
        cast(
            {{ dbt.dateadd(
                'month', '-numbers.number', dbt.date_trunc('month', 'observed.current_as_of_date')
            ) }} as date
        ) as as_of_date,
        false as is_current,
        true as is_month_end,
        false as is_backtest_cutoff,
        false as is_training_cutoff,
        false as is_launch_date,
        false as is_trigger_start
    from observed
    cross join {{ numbers(whole_number_var('history_months')) }}
),

backtest_cutoffs as (
    select
        cast(
            {{ dbt.dateadd(
                'day',
                '-(horizons.horizon_days + numbers.number * '
                ~ whole_number_var('backtest_step_days') ~ ')',
                'observed.current_as_of_date'
            ) }} as date
        ) as as_of_date,
        false as is_current,
        false as is_month_end,
        true as is_backtest_cutoff,
        false as is_training_cutoff,
        false as is_launch_date,
        false as is_trigger_start
    from observed
    cross join (
        values ({{ whole_number_var('backtest_horizon_days', is_list=true) | join('), (') }})
    ) as horizons (horizon_days)
    cross join {{ numbers(whole_number_var('backtest_cutoffs')) }}
),

-- Models that predict from a cut-off train on windows that ended by then: one window as long as the
-- horizon just before the cut-off, and more of them, each a step further back.
training_cutoffs as (
    select
        cast(
            {{ dbt.dateadd(
                'day',
                '-(2 * horizons.horizon_days + (numbers.number + earlier.number) * '
                ~ whole_number_var('backtest_step_days') ~ ')',
                'observed.current_as_of_date'
            ) }} as date
        ) as as_of_date,
        false as is_current,
        false as is_month_end,
        false as is_backtest_cutoff,
        true as is_training_cutoff,
        false as is_launch_date,
        false as is_trigger_start
    from observed
    cross join (
        values ({{ whole_number_var('backtest_horizon_days', is_list=true) | join('), (') }})
    ) as horizons (horizon_days)
    cross join {{ numbers(whole_number_var('backtest_cutoffs')) }}
    cross join {{ numbers(whole_number_var('backtest_cutoffs'), 'earlier') }}
),

-- A campaign's audience is selected as of its launch date.
launches as (
    select
        launch_date as as_of_date,
        false as is_current,
        false as is_month_end,
        false as is_backtest_cutoff,
        false as is_training_cutoff,
        true as is_launch_date,
        false as is_trigger_start
    from campaigns
),

-- Triggers compare the customers now with those as of this date.
trigger_starts as (
    select
        cast(
            {{ dbt.dateadd(
                'day', '-' ~ whole_number_var('trigger_days', lowest=1), 'current_as_of_date'
            ) }} as date
        ) as as_of_date,
        false as is_current,
        false as is_month_end,
        false as is_backtest_cutoff,
        false as is_training_cutoff,
        false as is_launch_date,
        true as is_trigger_start
    from observed
),

{%- if choice('rfm_edges', ['quantile', 'frozen', 'seed']) == 'frozen' %}
edge_dates as (
    select
        {{ date_var('rfm_edges_date', is_required=true) }} as as_of_date,
        false as is_current,
        false as is_month_end,
        false as is_backtest_cutoff,
        false as is_training_cutoff,
        false as is_launch_date,
        false as is_trigger_start
),
{%- endif %}

candidates as (
    select * from newest_dates
    union all
    select * from month_ends
    union all
    select * from backtest_cutoffs
    union all
    select * from training_cutoffs
    union all
    select * from launches
    union all
    select * from trigger_starts
    {%- if var('rfm_edges') == 'frozen' %}
    union all
    select * from edge_dates
    {%- endif %}
),

as_of_dates as (
    select
        candidates.as_of_date,
        bool_or(candidates.is_current) as is_current,
        bool_or(candidates.is_month_end) as is_month_end,
        bool_or(candidates.is_backtest_cutoff) as is_backtest_cutoff,
        bool_or(candidates.is_training_cutoff) as is_training_cutoff,
        bool_or(candidates.is_launch_date) as is_launch_date,
        bool_or(candidates.is_trigger_start) as is_trigger_start,
        -- At these dates every customer is scored, at the others a sample by hash.
        bool_or(candidates.is_current or candidates.is_launch_date or candidates.is_trigger_start)
            as is_scored_in_full
    from candidates
    inner join observed
        on
            candidates.as_of_date > observed.first_date
            and candidates.as_of_date <= observed.current_as_of_date
    group by 1
)

select * from as_of_dates
