-- Grain: one row per cut-off, horizon, target, model and metric.
with outcomes as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        customer_id,
        predicted,
        observed,
        is_covered,
        interval_cover,
        is_called_right,
        is_baseline
    from {{ ref('int_backtest__outcomes') }}
    union all
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        customer_id,
        predicted,
        observed,
        is_covered,
        interval_cover,
        is_called_right,
        is_baseline
    from {{ ref('int_backtest__challenger_outcomes') }}
),

-- Dividing by a power of 2 brings amounts of any currency to at most 1 without changing a digit, so
-- that their squares can be added exactly.
scales as (
    select
        cutoff_date,
        horizon_days,
        target,
        power(2e0, ceil(
            ln(greatest(max(abs(predicted)), max(abs(observed)), 1e-6)) * power(ln(2e0), -1)
        )) as unit
    from outcomes
    group by 1, 2, 3
),

scaled as (
    select
        outcomes.cutoff_date,
        outcomes.horizon_days,
        outcomes.target,
        outcomes.model,
        outcomes.is_baseline,
        scales.unit,
        outcomes.predicted * power(scales.unit, -1) as predicted,
        outcomes.observed * power(scales.unit, -1) as observed,
        outcomes.is_covered,
        outcomes.interval_cover,
        outcomes.is_called_right
    from outcomes
    inner join scales
        on
            outcomes.cutoff_date = scales.cutoff_date
            and outcomes.horizon_days = scales.horizon_days
            and outcomes.target = scales.target
),

sums as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        is_baseline,
        unit,
        cast(count(*) as double) as n,
        -- A constant prediction has no correlation.
        min(predicted) = max(predicted) as is_constant,
        {{ sum_exactly('predicted', places=18) }} as predicted,
        {{ sum_exactly('observed', places=18) }} as observed,
        {{ sum_exactly('power(predicted, 2)', places=18) }} as predicted_squares,
        {{ sum_exactly('power(observed, 2)', places=18) }} as observed_squares,
        {{ sum_exactly('predicted * observed', places=18) }} as products,
        {{ sum_exactly('abs(predicted - observed)', places=18) }} as absolute_errors,
        {{ sum_exactly('power(predicted - observed, 2)', places=18) }} as squared_errors,
        cast(sum(case when is_covered then 1 else 0 end) as double) as covered,
        {{ sum_exactly('interval_cover') }} as interval_cover,
        cast(count(interval_cover) as double) as interval_count,
        cast(sum(case when is_called_right then 1 else 0 end) as double) as called_right
    from scaled
    group by 1, 2, 3, 4, 5, 6
),

-- Customers with equal predictions are ranked together.
distinct_predictions as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        predicted,
        cast(count(*) as double) as n,
        cast(sum(case when observed > 0e0 then 1 else 0 end) as double) as positives,
        {{ sum_exactly('observed', places=18) }} as observed
    from scaled
    group by 1, 2, 3, 4, 5
),

ranked as (
    select
        distinct_predictions.*,
        sum(n) over each_model as total,
        sum(positives) over each_model as total_positives,
        sum(n - positives) over (
            partition by cutoff_date, horizon_days, target, model
            order by predicted nulls first
            rows between unbounded preceding and current row
        ) - (n - positives) as negatives_below,
        sum(n) over (
            partition by cutoff_date, horizon_days, target, model
            order by predicted desc nulls last
            rows between unbounded preceding and current row
        ) - n as customers_above
    from distinct_predictions
    window each_model as (partition by cutoff_date, horizon_days, target, model)
),

rank_metrics as (
    select
        cutoff_date,
        horizon_days,
        target,
        model,
        -- Mann and Whitney: how often the customer with the event has the higher prediction.
        {{ sum_exactly('positives * (negatives_below + (n - positives) / 2e0)') }}
        / nullif(max(total_positives) * (max(total) - max(total_positives)), 0e0) as auc,
        {{ sum_exactly(
            'observed * least(1e0, greatest(0e0, '
            ~ '(total / 10e0 - customers_above) / nullif(n, 0e0)))', places=18
        ) }} as top_decile
    from ranked
    group by 1, 2, 3, 4
),

metrics_wide as (
    select
        sums.*,
        sums.predicted / nullif(sums.observed, 0e0) as sum_ratio,
        sums.unit * sums.absolute_errors / nullif(sums.n, 0e0) as mae,
        power(sums.unit, 2) * sums.squared_errors / nullif(sums.n, 0e0) as brier,
        sums.unit * sqrt(sums.squared_errors / nullif(sums.n, 0e0)) as rmse,
        case
            when not sums.is_constant
                then
                    (sums.n * sums.products - sums.predicted * sums.observed)
                    / nullif(sqrt(
                        greatest(sums.n * sums.predicted_squares - power(sums.predicted, 2), 0e0)
                        * greatest(sums.n * sums.observed_squares - power(sums.observed, 2), 0e0)
                    ), 0e0)
        end as correlation,
        1e0 - sums.squared_errors / nullif(
            sums.observed_squares - power(sums.observed, 2) / nullif(sums.n, 0e0), 0e0
        ) as r2,
        rank_metrics.auc,
        rank_metrics.top_decile / nullif(sums.observed, 0e0) as top_decile_capture,
        sums.interval_cover / nullif(sums.interval_count, 0e0) as coverage_80,
        sums.covered / nullif(sums.interval_count, 0e0) as coverage_80_plain
    from sums
    inner join rank_metrics
        on
            sums.cutoff_date = rank_metrics.cutoff_date
            and sums.horizon_days = rank_metrics.horizon_days
            and sums.target = rank_metrics.target
            and sums.model = rank_metrics.model
),

metrics as (
    select
        metrics_wide.cutoff_date,
        metrics_wide.horizon_days,
        metrics_wide.target,
        metrics_wide.model,
        metric_names.metric,
        metrics_wide.is_baseline,
        cast(metrics_wide.n as integer) as customer_count,
        case metric_names.metric
            when 'sum_ratio' then metrics_wide.sum_ratio
            when 'mae' then metrics_wide.mae
            when 'rmse' then metrics_wide.rmse
            when 'correlation' then metrics_wide.correlation
            when 'r2' then metrics_wide.r2
            when 'auc' then metrics_wide.auc
            when 'brier' then metrics_wide.brier
            when 'accuracy' then metrics_wide.called_right / nullif(metrics_wide.n, 0e0)
            when 'top_decile_capture' then metrics_wide.top_decile_capture
            when 'coverage_80' then metrics_wide.coverage_80
            when 'coverage_80_plain' then metrics_wide.coverage_80_plain
        end as value
    from metrics_wide
    inner join (
        values
        ('orders', 'sum_ratio'),
        ('orders', 'mae'),
        ('orders', 'rmse'),
        ('orders', 'correlation'),
        ('orders', 'r2'),
        ('orders', 'auc'),
        ('orders', 'top_decile_capture'),
        ('revenue', 'sum_ratio'),
        ('revenue', 'mae'),
        ('revenue', 'rmse'),
        ('revenue', 'correlation'),
        ('revenue', 'r2'),
        ('revenue', 'top_decile_capture'),
        ('revenue', 'coverage_80'),
        ('revenue', 'coverage_80_plain'),
        ('churn', 'sum_ratio'),
        ('churn', 'auc'),
        ('churn', 'brier'),
        ('churn', 'accuracy'),
        ('churn', 'top_decile_capture')
    ) as metric_names (target, metric)
        on metrics_wide.target = metric_names.target
)

select * from metrics
where value is not null
