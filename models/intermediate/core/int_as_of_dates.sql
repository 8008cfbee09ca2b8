-- Grain: one row per as-of date. An as-of date is exclusive: only what happened before it counts.
{%- set is_refitted_monthly = choice('refit', refit_choices()) != 'build' %}
with order_versions as (
    select * from {{ ref('int_orders__versioned') }}
),

campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

spans as (
    select
        min(valid_from_date) as first_date,
        coalesce(
            {{ date_var('as_of_date') }},
            cast({{ dbt.dateadd('day', 1, 'max(valid_from_date)') }} as date)
        ) as current_as_of_date
    from order_versions
),

-- Back-tests are counted from the date of the current fits, so that all fits last for a month.
observed as (
    select
        spans.*,
        {%- if is_refitted_monthly %}
        -- In the first month of all nothing was known when it began.
        case
            when {{ dbt.date_trunc('month', 'current_as_of_date') }} > first_date
                then cast({{ dbt.date_trunc('month', 'current_as_of_date') }} as date)
            else current_as_of_date
        end as current_fit_date
        {%- else %}
        current_as_of_date as current_fit_date
        {%- endif %}
    from spans
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
                'observed.current_fit_date'
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
                'observed.current_fit_date'
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

{%- if is_refitted_monthly %}
-- The month ends whose fits score dates of this month, of the triggers' window and of launches.
fit_months as (
    select
        cast(
            {{ dbt.dateadd('month', '-numbers.number', 'observed.current_fit_date') }} as date
        ) as as_of_date
    from observed
    cross join {{ numbers(whole_number_var('trigger_days', lowest=1) // 28 + 2) }}
    where
        {{ dbt.dateadd('month', '-numbers.number', 'observed.current_fit_date') }}
        >= {{ dbt.date_trunc('month', dbt.dateadd(
            'day', '-' ~ whole_number_var('trigger_days', lowest=1), 'observed.current_fit_date'
        )) }}
    union
    select cast({{ dbt.date_trunc('month', 'launch_date') }} as date) as as_of_date
    from campaigns
),

fit_dates as (
    select
        as_of_date,
        false as is_current,
        false as is_month_end,
        false as is_backtest_cutoff,
        false as is_training_cutoff,
        false as is_launch_date,
        false as is_trigger_start
    from fit_months
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
    {%- if is_refitted_monthly %}
    union all
    select * from fit_dates
    {%- endif %}
    {%- if var('rfm_edges') == 'frozen' %}
    union all
    select * from edge_dates
    {%- endif %}
),

flagged as (
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
),

-- A cut-off has fits of its own, also on a day on which its customers are scored in full.
dated as (
    select
        flagged.*,
        {%- if is_refitted_monthly %}
        case
            when
                flagged.is_scored_in_full
                and not flagged.is_backtest_cutoff
                and not flagged.is_training_cutoff
                and {{ dbt.date_trunc('month', 'flagged.as_of_date') }} > observed.first_date
                then cast({{ dbt.date_trunc('month', 'flagged.as_of_date') }} as date)
            else flagged.as_of_date
        end as fit_date,
        fit_months.as_of_date is not null as is_fit_month,
        {%- else %}
        flagged.as_of_date as fit_date,
        false as is_fit_month,
        {%- endif %}
        flagged.as_of_date = observed.current_fit_date as is_current_fit
    from flagged
    cross join observed
    {%- if is_refitted_monthly %}
    left join fit_months
        on flagged.as_of_date = fit_months.as_of_date
    {%- endif %}
),

as_of_dates as (
    select
        as_of_date,
        fit_date,
        is_current,
        is_month_end,
        is_backtest_cutoff,
        is_training_cutoff,
        is_launch_date,
        is_trigger_start,
        is_scored_in_full,
        is_fit_month or (is_scored_in_full and fit_date = as_of_date) as is_fit_date,
        is_current_fit
    from dated
)

select * from as_of_dates
