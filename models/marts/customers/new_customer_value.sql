-- Grain: one row per horizon: the expected value of a customer who has just bought for the first
-- time.
with candidates as (
    select * from {{ ref('int_clv_selected') }}
    where is_current
),

orders_if_alive as (
    select * from {{ ref('int_clv__orders') }}
    where
        repeat_count = 0
        and age_days = 0
        and horizon_days is not null
),

customer_order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where
        valid_to_date = date '9999-12-31'
        and is_order_day
),

order_days as (
    select
        customer_id,
        order_date,
        net_revenue,
        min(order_date) over (partition by customer_id) as first_order_date
    from customer_order_days
),

horizons as (
    select
        candidates.as_of_date,
        orders_if_alive.horizon_days,
        -- In MBG/NBD some customers drop out after their first order.
        case
            when candidates.dropout_shift > 0e0
                then candidates.b / nullif(candidates.a + candidates.b, 0e0)
            else 1e0
        end as alive_probability,
        orders_if_alive.orders,
        orders_if_alive.valued_orders,
        orders_if_alive.discounted_valued_orders,
        candidates.p * candidates.gamma / nullif(candidates.q - 1e0, 0e0) as mean_value
    from candidates
    inner join orders_if_alive
        on
            candidates.as_of_date = orders_if_alive.as_of_date
            and candidates.order_model = orders_if_alive.order_model
            and candidates.clock = orders_if_alive.clock
),

timed as (
    select
        horizons.horizon_days,
        order_days.net_revenue,
        order_days.order_date = order_days.first_order_date as is_first_order,
        {{ dbt.datediff('order_days.first_order_date', 'horizons.as_of_date', 'day') }}
            as days_since_first_order,
        {{ dbt.datediff('order_days.first_order_date', 'order_days.order_date', 'day') }}
            as days_to_order
    from horizons
    cross join order_days
),

-- First orders of the last year, and the actual repeat revenue within the horizon after the first
-- orders of the year that ended a horizon ago.
observed as (
    select
        horizon_days,
        sum(case when is_first_order and days_since_first_order <= 365 then 1 else 0 end)
            as new_customer_count,
        sum(case when is_first_order and days_since_first_order <= 365 then net_revenue else 0 end)
            as first_order_revenue,
        sum(
            case
                when
                    is_first_order
                    and days_since_first_order > horizon_days
                    and days_since_first_order <= horizon_days + 365
                    then 1
                else 0
            end
        ) as observed_customer_count,
        sum(
            case
                when
                    not is_first_order
                    and days_to_order <= horizon_days
                    and days_since_first_order > horizon_days
                    and days_since_first_order <= horizon_days + 365
                    then net_revenue
                else 0
            end
        ) as observed_repeat_revenue
    from timed
    group by 1
),

means as (
    select
        horizons.as_of_date,
        horizons.horizon_days,
        observed.new_customer_count,
        cast(observed.first_order_revenue as double)
        / cast(nullif(observed.new_customer_count, 0) as double) as first_order_value,
        horizons.alive_probability * horizons.orders as expected_repeat_orders,
        horizons.alive_probability * horizons.valued_orders * horizons.mean_value
            as expected_repeat_revenue,
        horizons.alive_probability * horizons.discounted_valued_orders * horizons.mean_value
            as discounted_repeat_revenue,
        observed.observed_customer_count,
        cast(observed.observed_repeat_revenue as double)
        / cast(nullif(observed.observed_customer_count, 0) as double) as observed_repeat_revenue
    from horizons
    inner join observed
        on horizons.horizon_days = observed.horizon_days
),

new_customer_value as (
    select
        horizon_days,

        cast(new_customer_count as integer) as new_customer_count,
        first_order_value,
        expected_repeat_orders,
        expected_repeat_revenue,
        first_order_value + expected_repeat_revenue as expected_revenue,
        {{ number_var('gross_margin', lowest=0, highest=1) }}
        * (first_order_value + discounted_repeat_revenue) as clv,
        cast(observed_customer_count as integer) as observed_customer_count,
        observed_repeat_revenue,

        as_of_date
    from means
)

select * from new_customer_value
