-- Grain: one row per cut-off, horizon, target and decile of the selected model's prediction.
with int_backtest__deciles as (
    select * from {{ ref('int_backtest__deciles') }}
),

clv_model_selection as (
    select * from {{ ref('clv_model_selection') }}
    where is_selected
),

calibration as (
    select
        int_backtest__deciles.cutoff_date,
        int_backtest__deciles.horizon_days,
        int_backtest__deciles.target,
        int_backtest__deciles.decile,
        int_backtest__deciles.customer_count,
        int_backtest__deciles.predicted_mean,
        int_backtest__deciles.actual_mean
    from int_backtest__deciles
    inner join clv_model_selection
        on int_backtest__deciles.model = clv_model_selection.model
)

select * from calibration
