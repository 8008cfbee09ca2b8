-- Grain: one row per cut-off, horizon, target (orders, revenue, churn) and candidate: the ratio of
-- its error to that of plain BG/NBD, by which candidates are ranked: the root mean squared error of
-- orders and of revenue, the Brier score of churn.
with outcomes as (
    select * from {{ ref('int_backtest__outcomes') }}
    where not is_baseline
),

-- As in int_backtest__metrics: a power of 2 brings money to at most 1, so that its squares can be
-- added exactly.
units as (
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

errors as (
    select
        outcomes.cutoff_date,
        outcomes.horizon_days,
        outcomes.target,
        outcomes.model,
        {{ sum_exactly(
            'power((outcomes.predicted - outcomes.observed) * power(units.unit, -1), 2)', places=18
        ) }} / cast(nullif(count(*), 0) as double) as mean_squared_error
    from outcomes
    inner join units
        on
            outcomes.cutoff_date = units.cutoff_date
            and outcomes.horizon_days = units.horizon_days
            and outcomes.target = units.target
    group by 1, 2, 3, 4
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
        round(
            case
                when candidates.target = 'churn'
                    then
                        candidates.mean_squared_error
                        / nullif(plain_model.mean_squared_error, 0e0)
                else
                    sqrt(candidates.mean_squared_error)
                    / nullif(sqrt(plain_model.mean_squared_error), 0e0)
            end, 9
        ) as relative_error
    from errors as candidates
    inner join errors as plain_model
        on
            candidates.cutoff_date = plain_model.cutoff_date
            and candidates.horizon_days = plain_model.horizon_days
            and candidates.target = plain_model.target
            and plain_model.model = 'bg_nbd'
)

select * from relative_errors
where relative_error is not null
