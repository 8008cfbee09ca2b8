-- One row per sum that differs from its expected sum. Revenue must be exactly equal in all layers.
-- A build of the campaigns alone launches campaigns, too.
{{ config(tags=['campaigns']) }}

with order_lines as (
    select * from {{ ref('order_lines') }}
),

order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where valid_to_date = date '9999-12-31'
),

customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
),

data_quality as (
    select * from {{ ref('data_quality') }}
),

expected as (
    select
        'all lines' as basis,
        sum(net_revenue) as amount
    from order_lines
    union all
    select
        'lines of guests' as basis,
        sum(net_revenue) as amount
    from order_lines
    where is_guest
    union all
    select
        'lines of customers' as basis,
        sum(net_revenue) as amount
    from order_lines
    where not is_guest
    union all
    select
        'lines with a product' as basis,
        sum(net_revenue) as amount
    from order_lines
    where product_id is not null
    union all
    select
        'order days' as basis,
        sum(net_revenue) as amount
    from order_days
    where is_order_day
    union all
    select
        'customers with positive revenue' as basis,
        sum(net_revenue) as amount
    from customer_segment_history
    where has_positive_revenue
    union all
    select
        'raw lines' as basis,
        sum(amount) as amount
    from data_quality
    where check_name = 'lines'
),

actual as (
    select
        'orders' as layer,
        'all lines' as basis,
        sum(net_revenue) as amount
    from {{ ref('orders') }}
    union all
    select
        'orders, sold and returned' as layer,
        'all lines' as basis,
        sum(sold_revenue + returned_revenue) as amount
    from {{ ref('orders') }}
    union all
    select
        'orders of guests' as layer,
        'lines of guests' as basis,
        sum(net_revenue) as amount
    from {{ ref('orders') }}
    where is_guest
    union all
    select
        'customers' as layer,
        'lines of customers' as basis,
        sum(net_revenue) as amount
    from {{ ref('customers') }}
    union all
    select
        'customer_segment_history, now' as layer,
        'lines of customers' as basis,
        sum(net_revenue) as amount
    from customer_segment_history
    where is_current
    union all
    select
        'revenue_by_segment, now' as layer,
        'lines of customers' as basis,
        sum(net_revenue) as amount
    from {{ ref('revenue_by_segment') }}
    where is_current
    union all
    select
        'monthly_revenue' as layer,
        'all lines' as basis,
        sum(net_revenue) as amount
    from {{ ref('monthly_revenue') }}
    union all
    select
        'monthly_revenue of guests' as layer,
        'lines of guests' as basis,
        sum(guest_net_revenue) as amount
    from {{ ref('monthly_revenue') }}
    union all
    select
        'monthly_revenue by order' as layer,
        'all lines' as basis,
        sum(order_net_revenue) as amount
    from {{ ref('monthly_revenue') }}
    union all
    select
        'products' as layer,
        'lines with a product' as basis,
        sum(net_revenue) as amount
    from {{ ref('products') }}
    union all
    select
        'cohort_retention' as layer,
        'order days' as basis,
        sum(net_revenue) as amount
    from {{ ref('cohort_retention') }}
    union all
    select
        'customer_lifecycle' as layer,
        'order days' as basis,
        sum(new_net_revenue + retained_net_revenue + reactivated_net_revenue) as amount
    from {{ ref('customer_lifecycle') }}
    union all
    select
        'revenue_percentiles' as layer,
        'customers with positive revenue' as basis,
        sum(net_revenue) as amount
    from {{ ref('revenue_percentiles') }}
    union all
    select
        'data_quality' as layer,
        'raw lines' as basis,
        sum(amount) as amount
    from data_quality
    where check_group in ('kept', 'rejected')
),

compared as (
    select
        actual.layer,
        actual.basis,
        coalesce(actual.amount, 0) as amount,
        coalesce(expected.amount, 0) as expected_amount
    from actual
    left join expected
        on actual.basis = expected.basis
)

select * from compared
where amount <> expected_amount
