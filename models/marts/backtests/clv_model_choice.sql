-- Grain: one row per candidate: order model and clock.
with int_backtest__relative_errors as (
    select * from {{ ref('int_backtest__relative_errors') }}
    where target in ('orders', 'revenue')
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

-- A candidate that lacks a back-test cannot be compared with those that have it.
mean_errors as (
    select
        model,
        cast(count(*) as double) as error_count,
        count(distinct cutoff_date) as cutoff_count,
        {{ sum_exactly('relative_error') }} / cast(nullif(count(*), 0) as double) as relative_rmse
    from int_backtest__relative_errors
    group by 1
),

comparable as (
    select
        model,
        cutoff_count,
        case
            when error_count = max(error_count) over () then round(relative_rmse, 9)
        end as relative_rmse
    from mean_errors
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
        comparable.relative_rmse,
        coalesce(comparable.cutoff_count, 0) as cutoff_count,
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
    left join comparable
        on int_clv_candidates.model = comparable.model
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
