-- Grain: one row per order and customer, with all that is known of it by now.
with int_orders__versioned as (
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
        int_orders__versioned.order_id,
        int_orders__versioned.customer_id,

        own_lines.country,

        cast(own_lines.line_count as integer) as line_count,
        cast(own_lines.product_count as integer) as product_count,
        int_orders__versioned.sold_quantity,
        int_orders__versioned.returned_quantity,
        int_orders__versioned.sold_revenue,
        int_orders__versioned.returned_revenue,
        int_orders__versioned.net_revenue,

        int_orders__versioned.customer_id is null as is_guest,
        int_orders__versioned.sold_quantity = 0 as is_unmatched_return,
        int_orders__versioned.is_fully_returned,

        own_lines.ordered_at,
        int_orders__versioned.order_date
    from int_orders__versioned
    inner join own_lines
        on
            int_orders__versioned.order_id = own_lines.order_id
            -- A guest's null is equal to a guest's null.
            and coalesce(int_orders__versioned.customer_id, '')
            = coalesce(own_lines.customer_id, '')
)

select * from orders
