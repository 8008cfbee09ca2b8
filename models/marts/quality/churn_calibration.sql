-- Grain: one row per cut-off, horizon, model and decile of its churn risk: the reliability table
-- and the lift.
with backtest_deciles as (
    select * from {{ ref('int_backtest__deciles') }}
    where target = 'churn'
),

-- The published churn risk exists for one horizon only; at others, that of the purchase model is
-- the selected one.
choices as (
    select
        true as is_churn_horizon,
        model
    from {{ ref('churn_model_selection') }}
    where is_selected
    union all
    select
        false as is_churn_horizon,
        model
    from {{ ref('clv_model_selection') }}
    where is_selected
),

totals as (
    select
        cutoff_date,
        horizon_days,
        model,
        {{ sum_exactly('actual_mean * cast(customer_count as double)') }}
        / cast(nullif(sum(customer_count), 0) as double) as churned_share
    from backtest_deciles
    group by 1, 2, 3
),

churned as (
    select
        backtest_deciles.*,
        totals.churned_share
    from backtest_deciles
    inner join totals
        on
            backtest_deciles.cutoff_date = totals.cutoff_date
            and backtest_deciles.horizon_days = totals.horizon_days
            and backtest_deciles.model = totals.model
),

calibration as (
    select
        churned.cutoff_date,
        churned.horizon_days,
        churned.model,
        churned.decile,
        churned.customer_count,
        churned.predicted_mean,
        churned.actual_mean,
        churned.actual_mean / nullif(churned.churned_share, 0e0) as lift,
        choices.model is not null as is_selected
    from churned
    left join choices
        on
            churned.model = choices.model
            and (churned.horizon_days = {{ churn_horizon_days() }}) = choices.is_churn_horizon
)

select * from calibration
