-- Grain: one row per order and customer, as known now.
with order_versions as (
    select * from {{ ref('int_orders__versioned') }}
    where valid_to_date = date '9999-12-31'
),

order_lines as (
    select * from {{ ref('order_lines') }}
    where line_kind in ('sale', 'return')
),

own_lines as (
    select
        order_id,
        customer_id,
        min(country) as country,
        min(ordered_at) as ordered_at,
        count(*) as line_count,
        count(distinct product_id) as product_count
    from order_lines
    where order_id = counted_order_id
    group by 1, 2
),

orders as (
    select
        order_versions.order_id,
        order_versions.customer_id,

        own_lines.country,

        cast(own_lines.line_count as integer) as line_count,
        cast(own_lines.product_count as integer) as product_count,
        order_versions.sold_quantity,
        order_versions.returned_quantity,
        order_versions.sold_revenue,
        order_versions.returned_revenue,
        order_versions.net_revenue,

        order_versions.customer_id is null as is_guest,
        order_versions.sold_quantity = 0 as is_unmatched_return,
        order_versions.is_fully_returned,

        own_lines.ordered_at,
        order_versions.order_date
    from order_versions
    inner join own_lines
        on
            order_versions.order_id = own_lines.order_id
            -- Guests have no customer id, and null does not join.
            and coalesce(order_versions.customer_id, '')
            = coalesce(own_lines.customer_id, '')
)

select * from orders
