-- Grain: one row per cut-off, horizon, target and decile of the selected model's prediction.
with int_backtest__predictions as (
    select * from {{ ref('int_backtest__predictions') }}
),

int_backtest__customers as (
    select * from {{ ref('int_backtest__customers') }}
),

clv_model_choice as (
    select * from {{ ref('clv_model_choice') }}
    where is_selected
),

joined as (
    select
        int_backtest__predictions.cutoff_date,
        int_backtest__predictions.horizon_days,
        targets.target,
        case targets.target
            when 'orders' then round(int_backtest__predictions.expected_orders, 9)
            when 'revenue' then round(int_backtest__predictions.expected_revenue, 6)
            else round(int_backtest__predictions.churn_risk, 9)
        end as predicted,
        case
            when targets.target = 'orders'
                then cast(int_backtest__customers.actual_orders as double)
            when targets.target = 'revenue'
                then cast(int_backtest__customers.actual_revenue as double)
            when int_backtest__customers.actual_orders = 0 then 1e0
            else 0e0
        end as observed
    from int_backtest__predictions
    inner join clv_model_choice
        on int_backtest__predictions.model = clv_model_choice.model
    inner join int_backtest__customers
        on
            int_backtest__predictions.cutoff_date = int_backtest__customers.cutoff_date
            and int_backtest__predictions.horizon_days = int_backtest__customers.horizon_days
            and int_backtest__predictions.customer_id = int_backtest__customers.customer_id
    cross join (values ('orders'), ('revenue'), ('churn')) as targets (target)
),

-- Customers with equal predictions stay together, in the decile of the middle one.
distinct_predictions as (
    select
        cutoff_date,
        horizon_days,
        target,
        predicted,
        count(*) as customer_count,
        {{ sum_exactly('observed') }} as observed
    from joined
    where predicted is not null
    group by 1, 2, 3, 4
),

ranked as (
    select
        distinct_predictions.*,
        sum(customer_count) over (
            partition by cutoff_date, horizon_days, target
            order by predicted nulls first
            rows between unbounded preceding and current row
        ) as customers_up_to,
        sum(customer_count) over (partition by cutoff_date, horizon_days, target)
            as total_customers
    from distinct_predictions
),

in_deciles as (
    select
        ranked.*,
        1 + cast(floor(
            10e0 * (
                cast(customers_up_to as double) - (cast(customer_count as double) + 1e0) / 2e0
            ) / cast(nullif(total_customers, 0) as double)
        ) as integer) as decile
    from ranked
),

calibration as (
    select
        cutoff_date,
        horizon_days,
        target,
        decile,
        cast(sum(customer_count) as integer) as customer_count,
        {{ sum_exactly('predicted * cast(customer_count as double)') }}
        / cast(nullif(sum(customer_count), 0) as double) as predicted_mean,
        {{ sum_exactly('observed') }} / cast(nullif(sum(customer_count), 0) as double)
            as actual_mean
    from in_deciles
    group by 1, 2, 3, 4
)

select * from calibration
