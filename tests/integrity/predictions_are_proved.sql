-- Horizons whose predictions were compared with actual outcomes at fewer than three cut-offs. With
-- so few, because of short data or a low var backtest_cutoffs, the metrics depend on chance.
{{ config(severity='warn') }}

with horizons as (
    select asked_for.horizon_days
    from (
        values ({{ whole_number_var('backtest_horizon_days', is_list=true) | join('), (') }})
    ) as asked_for (horizon_days)
),

proofs as (
    select
        horizons.horizon_days,
        count(distinct model_metrics.cutoff_date) as cutoff_count
    from horizons
    left join {{ ref('model_metrics') }} as model_metrics
        on
            horizons.horizon_days = model_metrics.horizon_days
            and model_metrics.is_selected
    group by 1
)

select * from proofs
where cutoff_count < 3
