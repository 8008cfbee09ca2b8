{#-
    Usage: with candidates as (...), {{ orders_if_alive_ctes() }} select * from orders_if_alive

    Needs the CTE `candidates`, rows of int_clv_candidates.

    Returns `orders_if_alive`, one row per as-of date, order model, clock, repeat count, age and
    step: the orders expected from the as-of date to the end of the step of a customer who is alive
    at the as-of date. The time of the last order affects only P(alive) (see clv_scores_ctes), so it
    is not part of the grain.

    Given the probability p of dropout after an order, the expected orders of a customer in time t
    are (1 - (1 + p t / (alpha + T))^-(r + x)) / p. Their mean over p is a weighted sum over the
    nodes of fit_clv_nodes. That mean times P(alive) is eq. 10 of Fader, Hardie and Lee (2005). The
    second factorial moment is computed the same way.
-#}
{% macro orders_if_alive_ctes() %}
purchase_patterns as (
    select * from {{ ref('int_purchase_patterns') }}
),

fit_clv_nodes as (
    select * from {{ ref('fit_clv_nodes') }}
),

clv_clock as (
    select * from {{ ref('int_clv_clock') }}
),

clv_steps as (
    select * from {{ ref('int_clv_steps') }}
),

pairs as (
    select
        as_of_date,
        repeat_count,
        age_days
    from purchase_patterns
    group by 1, 2, 3
    union
    -- A customer who has just bought for the first time, for the value of a new customer.
    select
        as_of_date,
        0 as repeat_count,
        0 as age_days
    from candidates
),

timed_pairs as (
    select
        candidates.as_of_date,
        candidates.order_model,
        candidates.clock,
        pairs.repeat_count,
        pairs.age_days,
        candidates.r + cast(pairs.repeat_count as double) as shape,
        candidates.alpha - first_order_days.operational_days as rate
    from candidates
    inner join pairs
        on candidates.as_of_date = pairs.as_of_date
    inner join clv_clock as first_order_days
        on
            candidates.as_of_date = first_order_days.as_of_date
            and candidates.clock = first_order_days.clock
            and first_order_days.days_before = pairs.age_days + 1
),

at_nodes as (
    select
        timed_pairs.as_of_date,
        timed_pairs.order_model,
        timed_pairs.clock,
        timed_pairs.repeat_count,
        timed_pairs.age_days,
        clv_steps.step_date,
        timed_pairs.shape,
        fit_clv_nodes.dropout_probability,
        fit_clv_nodes.weight,
        clv_steps.operational_days * power(timed_pairs.rate, -1) as relative_time,
        fit_clv_nodes.dropout_probability
        * clv_steps.operational_days * power(timed_pairs.rate, -1) as z
    from timed_pairs
    inner join clv_steps
        on
            timed_pairs.as_of_date = clv_steps.as_of_date
            and timed_pairs.clock = clv_steps.clock
    inner join fit_clv_nodes
        on
            timed_pairs.as_of_date = cast(fit_clv_nodes.as_of_date as date)
            and timed_pairs.order_model = fit_clv_nodes.model
            and timed_pairs.clock = fit_clv_nodes.clock
            and timed_pairs.repeat_count = fit_clv_nodes.repeat_count
),

in_logs as (
    select
        at_nodes.*,
        shape * {{ log1p('z') }} as exponent
    from at_nodes
),

conditional_moments as (
    select
        in_logs.*,
        ({{ chance_of_some('exponent') }}) * power(dropout_probability, -1) as orders,
        -- Where few orders are expected, the difference would lose its digits; a series keeps them.
        case
            when shape * z < 1e-3
                then
                    shape * (shape + 1e0) * power(relative_time, 2)
                    * (0.5e0 - (shape + 2e0) * z / 3e0)
            else
                (1e0 - exp(-exponent) * (1e0 + shape * z * power(1e0 + z, -1)))
                * power(dropout_probability, -2)
        end * 2e0 * (1e0 - dropout_probability) as order_pairs
    from in_logs
),

moments as (
    select
        as_of_date,
        order_model,
        clock,
        repeat_count,
        age_days,
        step_date,
        {{ sum_exactly('weight * orders', places=18) }} as orders,
        {{ sum_exactly('weight * order_pairs', places=18) }} as order_pairs
    from conditional_moments
    group by 1, 2, 3, 4, 5, 6
),

steps_of_pairs as (
    select
        moments.*,
        clv_steps.start_date,
        clv_steps.horizon_days,
        clv_steps.value_index,
        clv_steps.discount_factor,
        timed_pairs.shape
        * {{ log1p('(clv_steps.operational_days * power(timed_pairs.rate, -1))') }}
            as exponent,
        moments.orders - coalesce(lag(moments.orders) over steps_gone, 0e0) as step_orders
    from moments
    inner join timed_pairs
        on
            moments.as_of_date = timed_pairs.as_of_date
            and moments.order_model = timed_pairs.order_model
            and moments.clock = timed_pairs.clock
            and moments.repeat_count = timed_pairs.repeat_count
            and moments.age_days = timed_pairs.age_days
    inner join clv_steps
        on
            moments.as_of_date = clv_steps.as_of_date
            and moments.clock = clv_steps.clock
            and moments.step_date = clv_steps.step_date
    window steps_gone as (
        partition by
            moments.as_of_date,
            moments.order_model,
            moments.clock,
            moments.repeat_count,
            moments.age_days
        order by moments.step_date nulls last
    )
),

orders_if_alive as (
    select
        as_of_date,
        order_model,
        clock,
        repeat_count,
        age_days,
        step_date,
        start_date,
        horizon_days,

        {{ chance_of_some('exponent') }} as some_order_probability,
        orders,
        order_pairs,
        sum(step_orders * value_index) over steps_until_now as valued_orders,
        sum(step_orders * value_index * discount_factor) over steps_until_now
            as discounted_valued_orders,
        step_orders,
        step_orders * value_index as step_valued_orders
    from steps_of_pairs
    window steps_until_now as (
        partition by as_of_date, order_model, clock, repeat_count, age_days
        order by step_date nulls last
        rows between unbounded preceding and current row
    )
)
{%- endmacro %}
