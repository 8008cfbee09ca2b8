-- Grain: one row per candidate for the published churn risk: the selected purchase model, and the
-- logistic model on the calendar and on the seasonal clock.
with model_selection as (
    select * from {{ ref('int_model_selection') }}
    where
        is_current
        and purpose = 'churn'
),

backtest_metrics as (
    select * from {{ ref('int_backtest__metrics') }}
    where
        target = 'churn'
        and horizon_days = {{ churn_horizon_days() }}
),

mean_metrics as (
    select
        model,
        {{ sum_exactly("case when metric = 'auc' then value end") }}
        / cast(nullif(sum(case when metric = 'auc' then 1 else 0 end), 0) as double) as mean_auc,
        {{ sum_exactly("case when metric = 'brier' then value end") }}
        / cast(nullif(sum(case when metric = 'brier' then 1 else 0 end), 0) as double)
            as mean_brier
    from backtest_metrics
    group by 1
),

selection as (
    select
        model_selection.model,
        model_selection.kind,
        model_selection.eligibility,
        model_selection.cutoff_count,
        model_selection.relative_error as relative_brier,
        mean_metrics.mean_brier,
        mean_metrics.mean_auc,
        model_selection.is_selected
    from model_selection
    left join mean_metrics
        on model_selection.model = mean_metrics.model
)

select * from selection
