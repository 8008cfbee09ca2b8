-- Grain: one row per cut-off, horizon, target, model and metric.
with int_backtest__metrics as (
    select * from {{ ref('int_backtest__metrics') }}
),

clv_model_choice as (
    select * from {{ ref('clv_model_choice') }}
),

cutoffs as (
    select
        horizon_days,
        max(cutoff_date) as newest_cutoff_date
    from int_backtest__metrics
    group by 1
),

-- How far a value is from the best it could be, so that less is better for every metric.
distances as (
    select
        int_backtest__metrics.*,
        clv_model_choice.model is null as is_baseline,
        coalesce(clv_model_choice.is_selected, false) as is_selected,
        int_backtest__metrics.cutoff_date = cutoffs.newest_cutoff_date as is_newest_cutoff,
        case
            when int_backtest__metrics.metric in ('mae', 'rmse', 'brier')
                then int_backtest__metrics.value
            when int_backtest__metrics.metric = 'sum_ratio'
                then abs(int_backtest__metrics.value - 1e0)
            when int_backtest__metrics.metric = 'coverage_80'
                then abs(int_backtest__metrics.value - 0.8e0)
            else -int_backtest__metrics.value
        end as distance
    from int_backtest__metrics
    inner join cutoffs
        on int_backtest__metrics.horizon_days = cutoffs.horizon_days
    left join clv_model_choice
        on int_backtest__metrics.model = clv_model_choice.model
),

best_baselines as (
    select
        cutoff_date,
        horizon_days,
        target,
        metric,
        min(distance) as distance,
        min_by(model, distance) as model,
        min_by(value, distance) as value
    from distances
    where is_baseline
    group by 1, 2, 3, 4
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
