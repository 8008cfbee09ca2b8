-- One row per horizon and segment that differs. The forecast groups customers with equal data; its
-- sums must equal the sums of the predictions per customer.
with by_segment as (
    select
        horizon_days,
        segment,
        sum(expected_orders) as expected_orders,
        sum(expected_revenue) as expected_revenue,
        sum(customer_count) as customer_count
    from {{ ref('int_clv_forecast') }}
    where
        horizon_days is not null
        and segment <> 'all'
    group by 1, 2
),

by_customer as (
    select
        customers_clv.horizon_days,
        customers.segment,
        sum(customers_clv.expected_orders) as expected_orders,
        sum(customers_clv.expected_revenue) as expected_revenue,
        count(*) as customer_count
    from {{ ref('int_customers__clv') }} as customers_clv
    inner join {{ ref('customers') }} as customers
        on
            customers_clv.as_of_date = customers.as_of_date
            and customers_clv.customer_id = customers.customer_id
    group by 1, 2
)

select
    coalesce(by_segment.horizon_days, by_customer.horizon_days) as horizon_days,
    coalesce(by_segment.segment, by_customer.segment) as segment,
    by_segment.expected_orders,
    by_customer.expected_orders as expected_orders_of_customers,
    by_segment.expected_revenue,
    by_customer.expected_revenue as expected_revenue_of_customers
from by_segment
full outer join by_customer
    on
        by_segment.horizon_days = by_customer.horizon_days
        and by_segment.segment = by_customer.segment
where
    coalesce(by_segment.customer_count <> by_customer.customer_count, true)
    or abs(by_segment.expected_orders - by_customer.expected_orders)
    > 1e-6 * (1e0 + abs(by_customer.expected_orders))
    or abs(by_segment.expected_revenue - by_customer.expected_revenue)
    > 1e-6 * (1e0 + abs(by_customer.expected_revenue))
