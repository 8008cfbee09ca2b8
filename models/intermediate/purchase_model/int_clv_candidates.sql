-- Grain: one row per as-of date, order model and clock whose fit has parameters, with the
-- parameters of the value model at that date where there are any.
with fit_clv as (
    select * from {{ ref('fit_clv') }}
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

values_fitted as (
    select * from fit_clv
    where model = 'gamma_gamma'
),

candidates as (
    select
        cast(fit_clv.as_of_date as date) as as_of_date,
        fit_clv.model as order_model,
        fit_clv.clock,
        case
            when fit_clv.clock = 'seasonal' then fit_clv.model || '_seasonal'
            else fit_clv.model
        end as model,

        fit_clv.r,
        fit_clv.alpha,
        fit_clv.a,
        fit_clv.b,
        fit_clv.dropout_shift,
        fit_clv.parameter_variance as order_parameter_variance,
        values_fitted.p,
        values_fitted.q,
        values_fitted.gamma,
        values_fitted.parameter_variance as value_parameter_variance,

        as_of_dates.is_current,
        as_of_dates.is_month_end,
        as_of_dates.is_backtest_cutoff,
        as_of_dates.is_scored_in_full
    from fit_clv
    inner join as_of_dates
        on cast(fit_clv.as_of_date as date) = as_of_dates.as_of_date
    left join values_fitted
        on fit_clv.as_of_date = values_fitted.as_of_date
    where
        fit_clv.model <> 'gamma_gamma'
        and fit_clv.a is not null
)

select * from candidates
