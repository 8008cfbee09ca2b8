-- Grain: one row per cut-off, horizon, target and decile of the selected model's prediction.
with backtest_deciles as (
    select * from {{ ref('int_backtest__deciles') }}
),

clv_model_selection as (
    select * from {{ ref('clv_model_selection') }}
    where is_selected
),

calibration as (
    select
        backtest_deciles.cutoff_date,
        backtest_deciles.horizon_days,
        backtest_deciles.target,
        backtest_deciles.decile,
        backtest_deciles.customer_count,
        backtest_deciles.predicted_mean,
        backtest_deciles.actual_mean
    from backtest_deciles
    inner join clv_model_selection
        on backtest_deciles.model = clv_model_selection.model
)

select * from calibration
