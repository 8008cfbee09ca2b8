-- model_metrics must contain all computed metrics, of predictions and of value tiers.
with counts as (
    select
        (select count(*) from {{ ref('model_metrics') }}) as shown,
        (select count(*) from {{ ref('int_backtest__metrics') }})
        + (select count(*) from {{ ref('int_backtest__tier_metrics') }}) as measured
)

select * from counts
where shown <> measured
