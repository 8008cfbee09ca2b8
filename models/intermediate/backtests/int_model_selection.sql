-- Grain: one row per date (now, and each cut-off of the back-tests), purpose and candidate: its
-- mean error in the back-tests that had ended by the date, and whether it is selected. For `clv`
-- the candidates are the purchase models on both clocks; for `churn` the purchase model selected
-- for clv and the logistic models.
with relative_errors as (
    select * from {{ ref('int_backtest__relative_errors') }}
    where
        target <> 'churn'
        or horizon_days = {{ churn_horizon_days() }}
),

clv_candidates as (
    select * from {{ ref('int_clv_candidates') }}
    where is_current
),

purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
),

fit_season as (
    select * from {{ ref('fit_season') }}
    where month_number = 1
),

fit_churn as (
    select * from {{ ref('fit_churn') }}
    where
        feature = 'intercept'
        and horizon_days = {{ churn_horizon_days() }}
),

as_of_dates as (
    select
        as_of_date,
        is_current
    from {{ ref('int_as_of_dates') }}
    where is_current or is_backtest_cutoff
),

errors as (
    select
        as_of_dates.as_of_date,
        case when relative_errors.target = 'churn' then 'churn' else 'clv' end as purpose,
        relative_errors.model,
        cast(count(distinct relative_errors.cutoff_date) as integer) as cutoff_count,
        count(*) as error_count,
        round(
            {{ sum_exactly('relative_errors.relative_error') }}
            / cast(nullif(count(*), 0) as double), 9
        ) as relative_error
    from as_of_dates
    inner join relative_errors
        on as_of_dates.as_of_date >= relative_errors.end_date
    group by 1, 2, 3
),

-- A candidate that lacks a back-test cannot be compared with those that have it.
comparable as (
    select
        as_of_date,
        purpose,
        model,
        cutoff_count,
        case
            when error_count = max(error_count) over (partition by as_of_date, purpose)
                then relative_error
        end as relative_error
    from errors
),

histories as (
    select
        as_of_date,
        max(age_days) + 1 as history_days
    from purchase_summary
    group by 1
),

purchase_models as (
    select
        clv_candidates.as_of_date,
        clv_candidates.model,
        clv_candidates.clock,
        case
            when clv_candidates.clock = 'calendar' then 'eligible'
            when fit_season.status <> 'ok' then fit_season.reason
            when histories.history_days < 730 then 'less than two years are known'
            else 'eligible'
        end as eligibility
    from clv_candidates
    inner join histories
        on clv_candidates.as_of_date = histories.as_of_date
    inner join fit_season
        on clv_candidates.as_of_date = cast(fit_season.as_of_date as date)
    union all
    select
        comparable.as_of_date,
        comparable.model,
        case when comparable.model like '%seasonal' then 'seasonal' else 'calendar' end as clock,
        'eligible' as eligibility
    from comparable
    inner join as_of_dates
        on comparable.as_of_date = as_of_dates.as_of_date
    where
        comparable.purpose = 'clv'
        and not as_of_dates.is_current
),

-- Of candidates with equal errors, or without any, the simpler one comes first.
ranked_purchase_models as (
    select
        purchase_models.*,
        comparable.cutoff_count,
        comparable.relative_error,
        row_number() over (
            partition by purchase_models.as_of_date
            order by
                case when purchase_models.eligibility = 'eligible' then 0 else 1 end
                asc nulls last,
                comparable.relative_error asc nulls last,
                purchase_models.clock asc nulls last,
                purchase_models.model asc nulls last
        ) as place
    from purchase_models
    left join comparable
        on
            purchase_models.as_of_date = comparable.as_of_date
            and purchase_models.model = comparable.model
            and comparable.purpose = 'clv'
),

-- A churn model on the seasonal clock is eligible where the seasonal purchase models are.
seasons as (
    select
        as_of_date,
        min(eligibility) as eligibility
    from purchase_models
    where clock = 'seasonal'
    group by 1
),

churn_models as (
    select
        as_of_dates.as_of_date,
        models.model,
        case
            when coalesce(fit_churn.status, 'not_fitted') <> 'ok'
                then
                    coalesce(
                        fit_churn.reason, 'no window has ended that a model could learn from'
                    )
            when models.model = 'logistic' then 'eligible'
            else coalesce(seasons.eligibility, 'no season is known')
        end as eligibility
    from as_of_dates
    cross join (values ('logistic'), ('logistic_seasonal')) as models (model)
    left join fit_churn
        on as_of_dates.as_of_date = cast(fit_churn.as_of_date as date)
    left join seasons
        on as_of_dates.as_of_date = seasons.as_of_date
    where as_of_dates.is_current
    union all
    select
        comparable.as_of_date,
        comparable.model,
        'eligible' as eligibility
    from comparable
    inner join as_of_dates
        on comparable.as_of_date = as_of_dates.as_of_date
    where
        comparable.purpose = 'churn'
        and comparable.model in ('logistic', 'logistic_seasonal')
        and not as_of_dates.is_current
),

-- Only the purchase model that is selected for clv competes with the churn models.
churn_candidates as (
    select
        as_of_date,
        model,
        'purchase_model' as kind,
        eligibility
    from ranked_purchase_models
    where
        place = 1
        and eligibility = 'eligible'
    union all
    select
        as_of_date,
        model,
        'churn_model' as kind,
        eligibility
    from churn_models
),

ranked_churn_candidates as (
    select
        churn_candidates.*,
        comparable.cutoff_count,
        comparable.relative_error,
        row_number() over (
            partition by churn_candidates.as_of_date
            order by
                case when churn_candidates.eligibility = 'eligible' then 0 else 1 end
                asc nulls last,
                comparable.relative_error asc nulls last,
                churn_candidates.kind desc nulls last,
                churn_candidates.model asc nulls last
        ) as place
    from churn_candidates
    left join comparable
        on
            churn_candidates.as_of_date = comparable.as_of_date
            and churn_candidates.model = comparable.model
            and comparable.purpose = 'churn'
),

ranked as (
    select
        as_of_date,
        'clv' as purpose,
        model,
        'purchase_model' as kind,
        eligibility,
        cutoff_count,
        relative_error,
        place
    from ranked_purchase_models
    union all
    select
        as_of_date,
        'churn' as purpose,
        model,
        kind,
        eligibility,
        cutoff_count,
        relative_error,
        place
    from ranked_churn_candidates
),

selection as (
    select
        ranked.as_of_date,
        ranked.purpose,
        ranked.model,
        ranked.kind,
        ranked.eligibility,
        coalesce(ranked.cutoff_count, 0) as cutoff_count,
        ranked.relative_error,
        ranked.place = 1 and ranked.eligibility = 'eligible' as is_selected,
        as_of_dates.is_current
    from ranked
    inner join as_of_dates
        on ranked.as_of_date = as_of_dates.as_of_date
)

select * from selection
