{#-
    Usage: with candidates as (...), customers_to_score as (...), orders_if_alive as (...),
    {{ clv_scores_ctes() }} select * from scores

    Needs the CTEs `candidates` (rows of int_clv_candidates), `customers_to_score` (rows of
    int_customers__purchase_summary) and `orders_if_alive` (as orders_if_alive_ctes returns it).

    Returns `scores`, one row per as-of date, customer, order model, clock and horizon: the orders,
    the revenue with its 80 % interval, the CLV and the churn risk over the horizon.

    - E[M], the mean value of a customer's orders: Fader and Hardie (2013), eq. 5.
    - The interval: given at least one order, revenue over the horizon is approximately the number
      of orders times the spread of their values times the customer's mean value. Each factor is
      approximated by a gamma variable (the last by the inverse of one), whose log has known
      cumulants. The cumulants and the variance of the parameters add up; the quantile is computed
      from them by Cornish and Fisher (1938). Where the probability of no order is above a tenth,
      the interval begins at 0.
-#}
{% macro clv_scores_ctes() %}
clv_clock as (
    select * from {{ ref('int_clv_clock') }}
),

-- One row per repeat count, age and horizon, not per customer: nothing up to `cumulants` depends on
-- the time of the last order or on revenue.
horizons as (
    select
        orders_if_alive.*,
        orders / nullif(some_order_probability, 0e0) as orders_if_some,
        candidates.r,
        candidates.alpha,
        candidates.a,
        candidates.b,
        cast(orders_if_alive.repeat_count as double) + candidates.dropout_shift
            as dropout_occasions,
        candidates.p,
        candidates.gamma,
        candidates.q + candidates.p * cast(orders_if_alive.repeat_count as double) as value_shape,
        candidates.order_parameter_variance + candidates.value_parameter_variance
            as parameter_variance
    from orders_if_alive
    inner join candidates
        on
            orders_if_alive.as_of_date = candidates.as_of_date
            and orders_if_alive.order_model = candidates.order_model
            and orders_if_alive.clock = candidates.clock
    where orders_if_alive.horizon_days is not null
),

shapes as (
    select
        horizons.*,
        -- A gamma variable's shape: squared mean divided by variance, given at least one order.
        power(orders_if_some, 2) * power(greatest(
            (order_pairs + orders) / nullif(some_order_probability, 0e0)
            - power(orders_if_some, 2),
            1e-6 * power(orders_if_some, 2)
        ), -1) as order_shape,
        p * orders_if_some as spread_shape
    from horizons
),

cumulants as (
    select
        shapes.*,
        ln(orders_if_some) + {{ polygamma(0, 'order_shape') }} - ln(order_shape)
        + {{ polygamma(0, 'spread_shape') }} - ln(spread_shape)
        + ln(p) - {{ polygamma(0, 'value_shape') }}
        + coalesce(ln(nullif(valued_orders, 0e0) / nullif(orders, 0e0)), 0e0) as log_mean,
        {{ polygamma(1, 'order_shape') }} + {{ polygamma(1, 'spread_shape') }}
        + {{ polygamma(1, 'value_shape') }} + parameter_variance as log_variance,
        {{ polygamma(2, 'order_shape') }} + {{ polygamma(2, 'spread_shape') }}
        - {{ polygamma(2, 'value_shape') }} as log_third_cumulant
    from shapes
),

last_order_times as (
    select
        customers_to_score.as_of_date,
        customers_to_score.customer_id,
        candidates.order_model,
        candidates.clock,
        customers_to_score.repeat_count,
        customers_to_score.age_days,
        cast(customers_to_score.repeat_revenue as double) as repeat_revenue,
        -first_order_days.operational_days as age,
        last_order_days.operational_days - first_order_days.operational_days as last_order_age
    from customers_to_score
    inner join candidates
        on customers_to_score.as_of_date = candidates.as_of_date
    {{ join_order_days_of('customers_to_score') }}
),

alive as (
    select
        last_order_times.as_of_date,
        last_order_times.customer_id,
        last_order_times.order_model,
        last_order_times.clock,
        cumulants.horizon_days,
        last_order_times.repeat_count,
        last_order_times.age,
        last_order_times.last_order_age,
        {{ alive_probability(
            'cumulants', 'cumulants.dropout_occasions', 'last_order_times.repeat_count',
            'last_order_times.age', 'last_order_times.last_order_age'
        ) }} as alive_probability,
        cumulants.orders,
        cumulants.some_order_probability,
        cumulants.valued_orders / nullif(cumulants.orders, 0e0) as value_index,
        cumulants.discounted_valued_orders,
        cumulants.gamma + last_order_times.repeat_revenue as value_rate,
        cumulants.p * (cumulants.gamma + last_order_times.repeat_revenue)
        / nullif(cumulants.value_shape - 1e0, 0e0) as mean_value,
        cumulants.log_mean,
        cumulants.log_variance,
        cumulants.log_third_cumulant
    from last_order_times
    inner join cumulants
        on
            last_order_times.as_of_date = cumulants.as_of_date
            and last_order_times.order_model = cumulants.order_model
            and last_order_times.clock = cumulants.clock
            and last_order_times.repeat_count = cumulants.repeat_count
            and last_order_times.age_days = cumulants.age_days
),

risks as (
    select
        alive.*,
        1e0 - alive_probability * some_order_probability as churn_risk
    from alive
),

-- The interval holds 80 % of all outcomes, of which a share of `churn_risk` has no order. So its
-- bounds are at these levels of the revenue given at least one order.
levels as (
    select
        risks.*,
        case when churn_risk < 0.1e0 then (0.1e0 - churn_risk) * power(1e0 - churn_risk, -1) end
            as lower_level,
        case
            when churn_risk < 0.1e0 then (0.9e0 - churn_risk) * power(1e0 - churn_risk, -1)
            when churn_risk < 0.8e0 then (0.8e0 - churn_risk) * power(1e0 - churn_risk, -1)
        end as upper_level
    from risks
),

quantiles as (
    select
        levels.*,
        {{ normal_quantile('lower_level') }} as lower_quantile,
        {{ normal_quantile('upper_level') }} as upper_quantile,
        log_third_cumulant * power(log_variance, -1.5e0) as log_skewness
    from levels
),

bounds as (
    select
        quantiles.*,
        value_rate * exp(log_mean + sqrt(log_variance) * (
            lower_quantile + log_skewness * (power(lower_quantile, 2) - 1e0) / 6e0
        )) as lower_revenue,
        value_rate * exp(log_mean + sqrt(log_variance) * (
            upper_quantile + log_skewness * (power(upper_quantile, 2) - 1e0) / 6e0
        )) as upper_revenue
    from quantiles
),

scores as (
    select
        as_of_date,
        customer_id,
        order_model,
        clock,
        horizon_days,

        repeat_count,
        age,
        last_order_age,
        alive_probability,
        churn_risk,
        alive_probability * orders as expected_orders,
        mean_value * coalesce(value_index, 1e0) as expected_order_value,
        alive_probability * orders * mean_value * coalesce(value_index, 1e0) as expected_revenue,
        {{ number_var('gross_margin', lowest=0, highest=1) }}
        * alive_probability * discounted_valued_orders * mean_value as clv,
        -- Null where no value model could be fitted.
        case when mean_value is not null then coalesce(lower_revenue, 0e0) end as revenue_lower,
        case when mean_value is not null then coalesce(upper_revenue, 0e0) end as revenue_upper
    from bounds
)
{%- endmacro %}
