-- Grain: one row per cut-off, horizon, target, model and metric.
with int_backtest__metrics as (
    select * from {{ ref('int_backtest__metrics') }}
),

int_backtest__tier_metrics as (
    select * from {{ ref('int_backtest__tier_metrics') }}
),

int_backtest__relative_errors as (
    select * from {{ ref('int_backtest__relative_errors') }}
),

clv_model_choice as (
    select * from {{ ref('clv_model_choice') }}
    where is_selected
),

churn_model_choice as (
    select * from {{ ref('churn_model_choice') }}
    where is_selected
),

metrics as (
    select
        cutoff_date,
        horizon_days,
        target,
        -- The published churn risk, of one horizon, has a choice of its own. All else is by the
        -- chosen purchase model, also tiers, which go by expected revenue.
        case
            when target = 'churn' and horizon_days = {{ churn_horizon_days() }} then 'churn'
            else 'clv'
        end as choice,
        model,
        metric,
        is_baseline,
        customer_count,
        value
    from int_backtest__metrics
    union all
    select
        cutoff_date,
        horizon_days,
        'value_tier' as target,
        'clv' as choice,
        model,
        metric,
        is_baseline,
        customer_count,
        value
    from int_backtest__tier_metrics
),

choices as (
    select
        'clv' as choice,
        model
    from clv_model_choice
    union all
    select
        'churn' as choice,
        model
    from churn_model_choice
),

cutoffs as (
    select
        horizon_days,
        max(cutoff_date) as newest_cutoff_date
    from metrics
    group by 1
),

cutoff_dates as (
    select distinct cutoff_date from metrics
),

-- What would have been chosen then, by the back-tests that had ended.
errors_by_then as (
    select
        cutoff_dates.cutoff_date,
        case when int_backtest__relative_errors.target = 'churn' then 'churn' else 'clv' end
            as choice,
        int_backtest__relative_errors.model,
        round(
            {{ sum_exactly('int_backtest__relative_errors.relative_error') }}
            / cast(nullif(count(*), 0) as double), 9
        ) as relative_error,
        count(*) as error_count
    from cutoff_dates
    inner join int_backtest__relative_errors
        on cutoff_dates.cutoff_date >= int_backtest__relative_errors.end_date
    where
        int_backtest__relative_errors.target <> 'churn'
        or int_backtest__relative_errors.horizon_days = {{ churn_horizon_days() }}
    group by 1, 2, 3
),

-- A candidate that lacks a back-test cannot be compared with those that have it.
comparable_by_then as (
    select
        cutoff_date,
        choice,
        model,
        case
            when error_count = max(error_count) over (partition by cutoff_date, choice)
                then relative_error
        end as relative_error
    from errors_by_then
),

purchase_models_by_then as (
    select
        cutoff_date,
        model,
        row_number() over (
            partition by cutoff_date
            order by relative_error asc nulls last, model asc nulls last
        ) as place
    from comparable_by_then
    where choice = 'clv'
),

-- For churn the purchase model of then competes with the churn models, and no other one.
ranked_by_then as (
    select
        comparable_by_then.*,
        row_number() over (
            partition by comparable_by_then.cutoff_date, comparable_by_then.choice
            order by
                comparable_by_then.relative_error asc nulls last,
                comparable_by_then.model asc nulls last
        ) as place
    from comparable_by_then
    left join purchase_models_by_then
        on
            comparable_by_then.cutoff_date = purchase_models_by_then.cutoff_date
            and purchase_models_by_then.place = 1
    where
        comparable_by_then.choice = 'clv'
        or comparable_by_then.model in ('logistic', 'logistic_seasonal')
        or comparable_by_then.model = coalesce(purchase_models_by_then.model, 'bg_nbd')
),

-- How far a value is from the best it could be, so that less is better for every metric.
distances as (
    select
        metrics.*,
        choices.model is not null as is_selected,
        metrics.model = coalesce(ranked_by_then.model, 'bg_nbd')
            as is_selected_by_then,
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
    left join choices
        on
            metrics.choice = choices.choice
            and metrics.model = choices.model
    left join ranked_by_then
        on
            metrics.cutoff_date = ranked_by_then.cutoff_date
            and metrics.choice = ranked_by_then.choice
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
