-- Grain: one row per cut-off, horizon, target (orders, revenue) and candidate: its error in that of
-- plain BG/NBD, by which candidates are chosen.
with int_backtest__metrics as (
    select * from {{ ref('int_backtest__metrics') }}
    where
        metric = 'rmse'
        and target in ('orders', 'revenue')
        and not is_baseline
),

relative_errors as (
    select
        candidates.cutoff_date,
        cast(
            {{ dbt.dateadd('day', 'candidates.horizon_days', 'candidates.cutoff_date') }} as date
        ) as end_date,
        candidates.horizon_days,
        candidates.target,
        candidates.model,
        round(candidates.value / nullif(plain_model.value, 0e0), 9) as relative_rmse
    from int_backtest__metrics as candidates
    inner join int_backtest__metrics as plain_model
        on
            candidates.cutoff_date = plain_model.cutoff_date
            and candidates.horizon_days = plain_model.horizon_days
            and candidates.target = plain_model.target
            and plain_model.model = 'bg_nbd'
)

select * from relative_errors
where relative_rmse is not null
