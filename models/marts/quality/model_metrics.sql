-- Grain: one row per cut-off, horizon, target, model and metric.
with int_backtest__metrics as (
    select * from {{ ref('int_backtest__metrics') }}
),

int_backtest__relative_errors as (
    select * from {{ ref('int_backtest__relative_errors') }}
),

clv_model_choice as (
    select * from {{ ref('clv_model_choice') }}
    where is_selected
),

cutoffs as (
    select
        horizon_days,
        max(cutoff_date) as newest_cutoff_date
    from int_backtest__metrics
    group by 1
),

cutoff_dates as (
    select distinct cutoff_date from int_backtest__metrics
),

-- What would have been chosen then, by the back-tests that had ended.
errors_by_then as (
    select
        cutoff_dates.cutoff_date,
        int_backtest__relative_errors.model,
        round(
            {{ sum_exactly('int_backtest__relative_errors.relative_rmse') }}
            / cast(nullif(count(*), 0) as double), 9
        ) as relative_rmse
    from cutoff_dates
    inner join int_backtest__relative_errors
        on cutoff_dates.cutoff_date >= int_backtest__relative_errors.end_date
    group by 1, 2
),

ranked_by_then as (
    select
        errors_by_then.*,
        row_number() over (
            partition by cutoff_date order by relative_rmse asc nulls last, model asc nulls last
        ) as place
    from errors_by_then
),

-- How far a value is from the best it could be, so that less is better for every metric.
distances as (
    select
        int_backtest__metrics.*,
        clv_model_choice.model is not null as is_selected,
        int_backtest__metrics.model = coalesce(ranked_by_then.model, 'bg_nbd')
            as is_selected_by_then,
        int_backtest__metrics.cutoff_date = cutoffs.newest_cutoff_date as is_newest_cutoff,
        case
            when int_backtest__metrics.metric in ('mae', 'rmse', 'brier')
                then int_backtest__metrics.value
            when int_backtest__metrics.metric = 'sum_ratio'
                then abs(int_backtest__metrics.value - 1e0)
            when int_backtest__metrics.metric in ('coverage_80', 'coverage_80_plain')
                then abs(int_backtest__metrics.value - 0.8e0)
            else -int_backtest__metrics.value
        end as distance
    from int_backtest__metrics
    inner join cutoffs
        on int_backtest__metrics.horizon_days = cutoffs.horizon_days
    left join clv_model_choice
        on int_backtest__metrics.model = clv_model_choice.model
    left join ranked_by_then
        on
            int_backtest__metrics.cutoff_date = ranked_by_then.cutoff_date
            and ranked_by_then.place = 1
),

ranked_baselines as (
    select
        distances.*,
        row_number() over (
            partition by cutoff_date, horizon_days, target, metric
            order by round(distance, 9) asc nulls last, model asc nulls last
        ) as place
    from distances
    where is_baseline
),

best_baselines as (
    select * from ranked_baselines
    where place = 1
),

model_metrics as (
    select
        distances.cutoff_date,
        distances.horizon_days,
        distances.target,
        distances.model,
        distances.metric,

        distances.customer_count,
        distances.value,
        best_baselines.model as best_baseline,
        best_baselines.value as best_baseline_value,

        distances.is_selected,
        distances.is_selected_by_then,
        distances.is_baseline,
        distances.distance < best_baselines.distance as is_ahead_of_baselines,
        distances.is_newest_cutoff
    from distances
    left join best_baselines
        on
            distances.cutoff_date = best_baselines.cutoff_date
            and distances.horizon_days = best_baselines.horizon_days
            and distances.target = best_baselines.target
            and distances.metric = best_baselines.metric
)

select * from model_metrics
