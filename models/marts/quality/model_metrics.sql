-- Grain: one row per cut-off, horizon, target, model and metric.
with backtest_metrics as (
    select * from {{ ref('int_backtest__metrics') }}
),

tier_metrics as (
    select * from {{ ref('int_backtest__tier_metrics') }}
),

model_selection as (
    select * from {{ ref('int_model_selection') }}
    where is_selected
),

metrics as (
    select
        cutoff_date,
        horizon_days,
        target,
        -- The published churn risk, which has one horizon, has a selection of its own. For all else
        -- the selection is that of the purchase model, also for tiers, which go by its revenue.
        case
            when target = 'churn' and horizon_days = {{ churn_horizon_days() }} then 'churn'
            else 'clv'
        end as purpose,
        model,
        metric,
        is_baseline,
        customer_count,
        value
    from backtest_metrics
    union all
    select
        cutoff_date,
        horizon_days,
        'value_tier' as target,
        'clv' as purpose,
        model,
        metric,
        is_baseline,
        customer_count,
        value
    from tier_metrics
),

cutoffs as (
    select
        horizon_days,
        max(cutoff_date) as newest_cutoff_date
    from metrics
    group by 1
),

-- The distance of a value from the best possible one, so that smaller is better for every metric.
distances as (
    select
        metrics.*,
        selected_now.model is not null as is_selected,
        -- The model that the back-tests ended by the cut-off would have selected; plain BG/NBD
        -- where none had ended.
        metrics.model = coalesce(selected_then.model, 'bg_nbd') as is_selected_by_then,
        metrics.cutoff_date = cutoffs.newest_cutoff_date as is_newest_cutoff,
        case
            when metrics.metric in ('mae', 'rmse', 'brier')
                then metrics.value
            when metrics.metric = 'sum_ratio'
                then abs(metrics.value - 1e0)
            when metrics.metric in ('coverage_80', 'coverage_80_plain')
                then abs(metrics.value - 0.8e0)
            else -metrics.value
        end as distance
    from metrics
    inner join cutoffs
        on metrics.horizon_days = cutoffs.horizon_days
    left join model_selection as selected_now
        on
            metrics.purpose = selected_now.purpose
            and metrics.model = selected_now.model
            and selected_now.is_current
    left join model_selection as selected_then
        on
            metrics.purpose = selected_then.purpose
            and metrics.cutoff_date = selected_then.as_of_date
            and not selected_then.is_current
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
