-- Grain: one row per as-of date, model and clock.
with fit_clv as (
    select * from {{ ref('fit_clv') }}
),

clv_model_selection as (
    select * from {{ ref('clv_model_selection') }}
),

parameters as (
    select
        cast(fit_clv.as_of_date as date) as as_of_date,
        fit_clv.model,
        fit_clv.clock,

        fit_clv.status,
        fit_clv.reason,
        coalesce(clv_model_selection.is_selected, fit_clv.model = 'gamma_gamma') as is_selected,
        cast(fit_clv.row_count as integer) as row_count,
        cast(fit_clv.customer_count as integer) as customer_count,

        fit_clv.r,
        fit_clv.r_standard_error,
        fit_clv.alpha,
        fit_clv.alpha_standard_error,
        fit_clv.a,
        fit_clv.a_standard_error,
        fit_clv.b,
        fit_clv.b_standard_error,
        fit_clv.p,
        fit_clv.p_standard_error,
        fit_clv.q,
        fit_clv.q_standard_error,
        fit_clv.gamma,
        fit_clv.gamma_standard_error,

        fit_clv.log_likelihood,
        fit_clv.gradient_norm,
        fit_clv.parameter_variance
    from fit_clv
    left join clv_model_selection
        on
            fit_clv.model = clv_model_selection.order_model
            and fit_clv.clock = clv_model_selection.clock
)

select * from parameters
