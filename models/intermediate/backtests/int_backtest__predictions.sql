-- Grain: one row per cut-off, horizon, customer and model: the prediction from what was known at
-- the cut-off. The baselines are what one would do without a model. All but past_rate use the
-- period before the cut-off that is as long as the horizon, and have no rows where nobody was a
-- customer before that period.
with candidates as (
    select * from {{ ref('int_clv_candidates') }}
    where is_backtest_cutoff
),

orders_if_alive as (
    select * from {{ ref('int_backtest__orders') }}
),

backtest_customers as (
    select * from {{ ref('int_backtest__customers') }}
),

customers_to_score as (
    select distinct
        cutoff_date as as_of_date,
        customer_id,
        repeat_count,
        last_order_age_days,
        age_days,
        repeat_revenue
    from backtest_customers
),

{{ clv_scores_ctes() }},

fitted as (
    select
        scores.as_of_date as cutoff_date,
        scores.horizon_days,
        scores.customer_id,
        candidates.model,
        false as is_baseline,
        scores.expected_orders,
        scores.expected_revenue,
        scores.churn_risk,
        scores.revenue_lower,
        scores.revenue_upper
    from scores
    inner join candidates
        on
            scores.as_of_date = candidates.as_of_date
            and scores.order_model = candidates.order_model
            and scores.clock = candidates.clock
    -- Keeps only horizons that the back-test compares with the actual values.
    inner join backtest_customers
        on
            scores.as_of_date = backtest_customers.cutoff_date
            and scores.horizon_days = backtest_customers.horizon_days
            and scores.customer_id = backtest_customers.customer_id
),

-- Two baselines that band customers by one number: the days since the last order, and these days
-- divided by the customer's own mean interpurchase time. Customers without an interpurchase time
-- have a band of their own.
banded as (
    select
        backtest_customers.*,
        'recency_alone' as model,
        {{ recency_band('recency_days') }} as band,
        {{ recency_band('recency_days_before_last_period') }} as band_before
    from backtest_customers
    union all
    select
        backtest_customers.*,
        'cadence_alone' as model,
        coalesce({{ recency_band('silence_ratio') }}, -100) as band,
        case
            when recency_days_before_last_period is not null
                then coalesce({{ recency_band('silence_ratio_before_last_period') }}, -100)
        end as band_before
    from backtest_customers
),

learned_by_band as (
    select
        cutoff_date,
        horizon_days,
        model,
        band_before as band,
        count(*) as customer_count,
        sum(last_period_orders) as order_count,
        sum(last_period_revenue) as net_revenue,
        sum(case when last_period_orders = 0 then 1 else 0 end) as churned_count
    from banded
    where band_before is not null
    group by 1, 2, 3, 4
),

learned as (
    select
        cutoff_date,
        horizon_days,
        sum(customer_count) as customer_count,
        sum(order_count) as order_count,
        sum(net_revenue) as net_revenue,
        sum(churned_count) as churned_count
    from learned_by_band
    where model = 'recency_alone'
    group by 1, 2
),

population_mean as (
    select
        backtest_customers.cutoff_date,
        backtest_customers.horizon_days,
        backtest_customers.customer_id,
        'population_mean' as model,
        cast(learned.order_count as double) / cast(nullif(learned.customer_count, 0) as double)
            as expected_orders,
        cast(learned.net_revenue as double) / cast(nullif(learned.customer_count, 0) as double)
            as expected_revenue,
        cast(learned.churned_count as double) / cast(nullif(learned.customer_count, 0) as double)
            as churn_risk
    from backtest_customers
    inner join learned
        on
            backtest_customers.cutoff_date = learned.cutoff_date
            and backtest_customers.horizon_days = learned.horizon_days
),

by_band as (
    select
        population_mean.cutoff_date,
        population_mean.horizon_days,
        population_mean.customer_id,
        banded.model,
        coalesce(
            cast(learned_by_band.order_count as double)
            / cast(nullif(learned_by_band.customer_count, 0) as double),
            population_mean.expected_orders
        ) as expected_orders,
        coalesce(
            cast(learned_by_band.net_revenue as double)
            / cast(nullif(learned_by_band.customer_count, 0) as double),
            population_mean.expected_revenue
        ) as expected_revenue,
        coalesce(
            cast(learned_by_band.churned_count as double)
            / cast(nullif(learned_by_band.customer_count, 0) as double),
            population_mean.churn_risk
        ) as churn_risk
    from population_mean
    inner join banded
        on
            population_mean.cutoff_date = banded.cutoff_date
            and population_mean.horizon_days = banded.horizon_days
            and population_mean.customer_id = banded.customer_id
    left join learned_by_band
        on
            banded.cutoff_date = learned_by_band.cutoff_date
            and banded.horizon_days = learned_by_band.horizon_days
            and banded.model = learned_by_band.model
            and banded.band = learned_by_band.band
),

last_period_repeated as (
    select
        backtest_customers.cutoff_date,
        backtest_customers.horizon_days,
        backtest_customers.customer_id,
        'last_period_repeated' as model,
        cast(backtest_customers.last_period_orders as double) as expected_orders,
        cast(backtest_customers.last_period_revenue as double) as expected_revenue,
        case when backtest_customers.last_period_orders = 0 then 1e0 else 0e0 end as churn_risk
    from backtest_customers
    inner join learned
        on
            backtest_customers.cutoff_date = learned.cutoff_date
            and backtest_customers.horizon_days = learned.horizon_days
),

past_rate as (
    select
        cutoff_date,
        horizon_days,
        customer_id,
        'past_rate' as model,
        cast(repeat_count as double) * cast(horizon_days as double)
        * power(cast(greatest(age_days, 1) as double), -1) as expected_orders,
        cast(repeat_revenue as double) * cast(horizon_days as double)
        * power(cast(greatest(age_days, 1) as double), -1) as expected_revenue,
        exp(
            -cast(repeat_count as double) * cast(horizon_days as double)
            * power(cast(greatest(age_days, 1) as double), -1)
        ) as churn_risk
    from backtest_customers
),

baselines as (
    select * from population_mean
    union all
    select * from by_band
    union all
    select * from last_period_repeated
    union all
    select * from past_rate
),

predictions as (
    select
        cutoff_date,
        horizon_days,
        customer_id,
        model,
        is_baseline,
        expected_orders,
        expected_revenue,
        churn_risk,
        revenue_lower,
        revenue_upper
    from fitted
    union all
    select
        cutoff_date,
        horizon_days,
        customer_id,
        model,
        true as is_baseline,
        expected_orders,
        expected_revenue,
        churn_risk,
        cast(null as double) as revenue_lower,
        cast(null as double) as revenue_upper
    from baselines
)

select * from predictions
