-- Each horizon is held against what came from at least three cut-offs, or as many as are asked for;
-- where the data are short there are fewer, or none.
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
where cutoff_count < {{ [3, whole_number_var('backtest_cutoffs')] | min }}
