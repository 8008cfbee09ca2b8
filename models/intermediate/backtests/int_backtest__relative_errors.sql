-- Grain: one row per cut-off, horizon, target (orders, revenue, churn) and candidate: its error in
-- that of plain BG/NBD, by which candidates are chosen: the root mean squared error of orders and
-- of revenue, the Brier score of churn. Challengers are there to compare with, not to be chosen.
with int_backtest__metrics as (
    select * from {{ ref('int_backtest__metrics') }}
    where
        metric = case when target = 'churn' then 'brier' else 'rmse' end
        and target in ('orders', 'revenue', 'churn')
        and model not in ('gradient_boosting', 'random_forest')
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
        round(candidates.value / nullif(plain_model.value, 0e0), 9) as relative_error
    from int_backtest__metrics as candidates
    inner join int_backtest__metrics as plain_model
        on
            candidates.cutoff_date = plain_model.cutoff_date
            and candidates.horizon_days = plain_model.horizon_days
            and candidates.target = plain_model.target
            and plain_model.model = 'bg_nbd'
)

select * from relative_errors
where relative_error is not null
