-- Grain: one row per as-of date (each month's end, and now), segment of then and step. Segments are
-- told apart now only; at earlier dates all customers are one row.
with candidates as (
    select * from {{ ref('int_clv_selected') }}
    where is_current or is_month_end
),

int_purchase_patterns as (
    select * from {{ ref('int_purchase_patterns') }}
),

int_customers__purchase_summary as (
    select * from {{ ref('int_customers__purchase_summary') }}
),

customers_segmented as (
    select * from {{ ref('customer_segment_history') }}
    where is_current
),

int_clv_clock as (
    select * from {{ ref('int_clv_clock') }}
),

int_clv__orders as (
    select * from {{ ref('int_clv__orders') }}
),

groups_now as (
    select
        int_customers__purchase_summary.as_of_date,
        customers_segmented.segment,
        int_customers__purchase_summary.repeat_count,
        int_customers__purchase_summary.last_order_age_days,
        int_customers__purchase_summary.age_days,
        count(*) as customer_count,
        sum(int_customers__purchase_summary.repeat_revenue) as repeat_revenue
    from int_customers__purchase_summary
    inner join customers_segmented
        on
            int_customers__purchase_summary.as_of_date = customers_segmented.as_of_date
            and int_customers__purchase_summary.customer_id = customers_segmented.customer_id
    group by 1, 2, 3, 4, 5
),

customer_groups as (
    select * from groups_now
    union all
    select
        int_purchase_patterns.as_of_date,
        'all' as segment,
        int_purchase_patterns.repeat_count,
        int_purchase_patterns.last_order_age_days,
        int_purchase_patterns.age_days,
        int_purchase_patterns.customer_count,
        int_purchase_patterns.repeat_revenue
    from int_purchase_patterns
    inner join candidates
        on int_purchase_patterns.as_of_date = candidates.as_of_date
    where not candidates.is_current
),

-- Expected orders and revenue are linear in the customers of a group, and in their repeat revenue.
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

-- What the groups of equal count and age have in common over the steps is joined once.
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
        int_clv__orders.start_date,
        int_clv__orders.step_date,
        int_clv__orders.horizon_days,

        cast(sum(summed.customer_count) as integer) as customer_count,
        {{ sum_exactly('summed.alive_customers * int_clv__orders.step_orders') }} as step_orders,
        {{ sum_exactly('summed.value_of_the_alive * int_clv__orders.step_valued_orders') }}
            as step_revenue,
        {{ sum_exactly('summed.alive_customers * int_clv__orders.orders') }} as expected_orders,
        {{ sum_exactly('summed.value_of_the_alive * int_clv__orders.valued_orders') }}
            as expected_revenue
    from summed
    inner join int_clv__orders
        on
            summed.as_of_date = int_clv__orders.as_of_date
            and summed.order_model = int_clv__orders.order_model
            and summed.clock = int_clv__orders.clock
            and summed.repeat_count = int_clv__orders.repeat_count
            and summed.age_days = int_clv__orders.age_days
    group by 1, 2, 3, 4, 5
)

select * from forecast
