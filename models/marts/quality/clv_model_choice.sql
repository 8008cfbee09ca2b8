-- Grain: one row per candidate: order model and clock.
with int_backtest__metrics as (
    select * from {{ ref('int_backtest__metrics') }}
    where metric = 'rmse' and target in ('orders', 'revenue')
),

int_clv_candidates as (
    select * from {{ ref('int_clv_candidates') }}
),

int_customers__purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
),

fit_season as (
    select * from {{ ref('fit_season') }}
),

-- The newest cut-off of a horizon takes no part in the choice where there are others: it shows what
-- the chosen model does where it was not chosen.
cutoffs as (
    select
        horizon_days,
        max(cutoff_date) as newest_cutoff_date,
        count(distinct cutoff_date) as cutoff_count
    from int_backtest__metrics
    group by 1
),

errors as (
    select
        int_backtest__metrics.cutoff_date,
        int_backtest__metrics.horizon_days,
        int_backtest__metrics.target,
        int_backtest__metrics.model,
        int_backtest__metrics.value as rmse,
        min(case when int_backtest__metrics.model = 'bg_nbd' then int_backtest__metrics.value end)
            over (
                partition by
                    int_backtest__metrics.cutoff_date,
                    int_backtest__metrics.horizon_days,
                    int_backtest__metrics.target
            ) as plain_rmse
    from int_backtest__metrics
    inner join cutoffs
        on int_backtest__metrics.horizon_days = cutoffs.horizon_days
    where
        int_backtest__metrics.cutoff_date < cutoffs.newest_cutoff_date
        or cutoffs.cutoff_count = 1
),

mean_errors as (
    select
        model,
        round(
            {{ sum_exactly('rmse / nullif(plain_rmse, 0e0)') }}
            / cast(nullif(count(*), 0) as double), 9
        ) as relative_rmse,
        count(distinct cutoff_date) as cutoff_count
    from errors
    group by 1
),

histories as (
    select
        as_of_date,
        max(age_days) + 1 as history_days
    from int_customers__purchase_summary
    group by 1
),

candidates as (
    select
        int_clv_candidates.model,
        int_clv_candidates.order_model,
        int_clv_candidates.clock,
        mean_errors.relative_rmse,
        coalesce(mean_errors.cutoff_count, 0) as cutoff_count,
        case
            when int_clv_candidates.clock = 'calendar' then 'eligible'
            when fit_season.status <> 'ok' then fit_season.reason
            when histories.history_days < 730 then 'less than two years are known'
            else 'eligible'
        end as eligibility
    from int_clv_candidates
    inner join histories
        on int_clv_candidates.as_of_date = histories.as_of_date
    inner join fit_season
        on
            int_clv_candidates.as_of_date = cast(fit_season.as_of_date as date)
            and fit_season.month_number = 1
    left join mean_errors
        on int_clv_candidates.model = mean_errors.model
    where int_clv_candidates.is_current
),

ranked as (
    select
        candidates.*,
        row_number() over (
            order by
                case when eligibility = 'eligible' then 0 else 1 end asc nulls last,
                relative_rmse asc nulls last,
                -- The simpler one, where errors are equal or none could be measured.
                clock asc nulls last,
                order_model asc nulls last
        ) as place
    from candidates
),

choice as (
    select
        model,
        order_model,
        clock,
        eligibility,
        cast(cutoff_count as integer) as cutoff_count,
        relative_rmse,
        place = 1 and eligibility = 'eligible' as is_selected
    from ranked
)

select * from choice
