-- Grain: one row per as-of date (each month's end, and now), segment and step. Only the current
-- date is split by segment; at earlier dates all customers are in one row per step.
with candidates as (
    select * from {{ ref('int_clv_selected') }}
    where is_current or is_month_end
),

purchase_patterns as (
    select * from {{ ref('int_purchase_patterns') }}
),

purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
),

customers_segmented as (
    select * from {{ ref('customer_segment_history') }}
    where is_current
),

clv_clock as (
    select * from {{ ref('int_clv_clock') }}
),

orders_if_alive as (
    select * from {{ ref('int_clv__orders') }}
),

groups_now as (
    select
        purchase_summary.as_of_date,
        customers_segmented.segment,
        purchase_summary.repeat_count,
        purchase_summary.last_order_age_days,
        purchase_summary.age_days,
        count(*) as customer_count,
        sum(purchase_summary.repeat_revenue) as repeat_revenue
    from purchase_summary
    inner join customers_segmented
        on
            purchase_summary.as_of_date = customers_segmented.as_of_date
            and purchase_summary.customer_id = customers_segmented.customer_id
    group by 1, 2, 3, 4, 5
),

customer_groups as (
    select * from groups_now
    union all
    select
        purchase_patterns.as_of_date,
        'all' as segment,
        purchase_patterns.repeat_count,
        purchase_patterns.last_order_age_days,
        purchase_patterns.age_days,
        purchase_patterns.customer_count,
        purchase_patterns.repeat_revenue
    from purchase_patterns
    inner join candidates
        on purchase_patterns.as_of_date = candidates.as_of_date
    where not candidates.is_current
),

-- Expected orders are linear in the number of customers, expected revenue also in their repeat
-- revenue, so that a group is computed as a whole.
alive as (
    select
        customer_groups.as_of_date,
        candidates.order_model,
        candidates.clock,
        customer_groups.segment,
        customer_groups.repeat_count,
        customer_groups.age_days,
        customer_groups.customer_count,
        cast(customer_groups.customer_count as double) * {{ alive_probability(
            'candidates',
            '(cast(customer_groups.repeat_count as double) + candidates.dropout_shift)',
            'customer_groups.repeat_count',
            '(-first_order_days.operational_days)',
            '(last_order_days.operational_days - first_order_days.operational_days)'
        ) }} as alive_customers,
        candidates.p * (
            candidates.gamma
            + cast(customer_groups.repeat_revenue as double)
            / cast(nullif(customer_groups.customer_count, 0) as double)
        ) / nullif(
            candidates.p * cast(customer_groups.repeat_count as double) + candidates.q - 1e0, 0e0
        ) as mean_value
    from customer_groups
    inner join candidates
        on customer_groups.as_of_date = candidates.as_of_date
    {{ join_order_days_of('customer_groups') }}
),

-- Groups with equal repeat count and age have the same expected orders by step, so they are summed
-- before the join.
summed as (
    select
        as_of_date,
        order_model,
        clock,
        segment,
        repeat_count,
        age_days,
        cast(sum(customer_count) as integer) as customer_count,
        {{ sum_exactly('alive_customers', places=18) }} as alive_customers,
        {{ sum_exactly('alive_customers * mean_value') }} as value_of_the_alive
    from alive
    group by 1, 2, 3, 4, 5, 6
),

forecast as (
    select
        summed.as_of_date,
        summed.segment,
        orders_if_alive.start_date,
        orders_if_alive.step_date,
        orders_if_alive.horizon_days,

        cast(sum(summed.customer_count) as integer) as customer_count,
        {{ sum_exactly('summed.alive_customers * orders_if_alive.step_orders') }} as step_orders,
        {{ sum_exactly('summed.value_of_the_alive * orders_if_alive.step_valued_orders') }}
            as step_revenue,
        {{ sum_exactly('summed.alive_customers * orders_if_alive.orders') }} as expected_orders,
        {{ sum_exactly('summed.value_of_the_alive * orders_if_alive.valued_orders') }}
            as expected_revenue
    from summed
    inner join orders_if_alive
        on
            summed.as_of_date = orders_if_alive.as_of_date
            and summed.order_model = orders_if_alive.order_model
            and summed.clock = orders_if_alive.clock
            and summed.repeat_count = orders_if_alive.repeat_count
            and summed.age_days = orders_if_alive.age_days
    group by 1, 2, 3, 4, 5
)

select * from forecast
