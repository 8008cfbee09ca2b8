-- Grain: one row per candidate for the published churn risk: the chosen purchase model, and the
-- logistic model on the calendar and on the seasonal clock.
with int_backtest__relative_errors as (
    select * from {{ ref('int_backtest__relative_errors') }}
    where
        target = 'churn'
        and horizon_days = {{ churn_horizon_days() }}
),

int_backtest__metrics as (
    select * from {{ ref('int_backtest__metrics') }}
    where
        target = 'churn'
        and horizon_days = {{ churn_horizon_days() }}
),

clv_model_choice as (
    select * from {{ ref('clv_model_choice') }}
    where is_selected
),

clv_candidates as (
    select * from {{ ref('clv_model_choice') }}
),

fit_churn as (
    select * from {{ ref('fit_churn') }}
    where
        feature = 'intercept'
        and horizon_days = {{ churn_horizon_days() }}
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

fits as (
    select
        coalesce(fit_churn.status, 'not_fitted') as status,
        coalesce(fit_churn.reason, 'no window has ended that a model could learn from') as reason
    from int_as_of_dates
    left join fit_churn
        on int_as_of_dates.as_of_date = cast(fit_churn.as_of_date as date)
),

-- The seasonal clock wants for the churn model what it wants for the purchase models.
seasons as (
    select min(eligibility) as eligibility
    from clv_candidates
    where clock = 'seasonal'
),

candidates as (
    select
        clv_model_choice.model,
        'purchase_model' as kind,
        'eligible' as eligibility
    from clv_model_choice
    union all
    select
        'logistic' as model,
        'churn_model' as kind,
        case when fits.status = 'ok' then 'eligible' else fits.reason end as eligibility
    from fits
    union all
    select
        'logistic_seasonal' as model,
        'churn_model' as kind,
        case
            when fits.status <> 'ok' then fits.reason
            else coalesce(seasons.eligibility, 'no season is known')
        end as eligibility
    from fits
    cross join seasons
),

errors as (
    select
        model,
        count(*) as cutoff_count,
        round({{ sum_exactly('relative_error') }} / cast(nullif(count(*), 0) as double), 9)
            as relative_brier
    from int_backtest__relative_errors
    group by 1
),

metrics as (
    select
        model,
        {{ sum_exactly("case when metric = 'auc' then value end") }}
        / cast(nullif(sum(case when metric = 'auc' then 1 else 0 end), 0) as double) as mean_auc,
        {{ sum_exactly("case when metric = 'brier' then value end") }}
        / cast(nullif(sum(case when metric = 'brier' then 1 else 0 end), 0) as double)
            as mean_brier
    from int_backtest__metrics
    group by 1
),

joined as (
    select
        candidates.model,
        candidates.kind,
        candidates.eligibility,
        cast(coalesce(errors.cutoff_count, 0) as integer) as cutoff_count,
        -- A candidate that lacks a back-test cannot be compared with those that have it.
        case
            when errors.cutoff_count = max(errors.cutoff_count) over () then errors.relative_brier
        end as relative_brier,
        metrics.mean_brier,
        metrics.mean_auc
    from candidates
    left join errors
        on candidates.model = errors.model
    left join metrics
        on candidates.model = metrics.model
),

ranked as (
    select
        joined.*,
        row_number() over (
            order by
                case when eligibility = 'eligible' then 0 else 1 end asc nulls last,
                relative_brier asc nulls last,
                -- Where errors are equal or none could be measured, one model for all is simpler.
                kind desc nulls last,
                model asc nulls last
        ) as place
    from joined
),

choice as (
    select
        model,
        kind,
        eligibility,
        cutoff_count,
        relative_brier,
        mean_brier,
        mean_auc,
        place = 1 and eligibility = 'eligible' as is_selected
    from ranked
)

select * from choice
