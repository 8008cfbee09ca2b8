-- Sale lines of which more came back than was sold, and returns from before their sale or from
-- another's.
with order_lines as (
    select * from {{ ref('order_lines') }}
),

returned as (
    select
        sales.order_line_id,
        sales.quantity as sold_quantity,
        sum(-order_returns.quantity) as returned_quantity,
        min(order_returns.ordered_at) as first_returned_at,
        max(sales.ordered_at) as sold_at,
        bool_and(
            sales.customer_id = order_returns.customer_id
            and coalesce(sales.product_id, '') = coalesce(order_returns.product_id, '')
            and sales.order_id = order_returns.counted_order_id
        ) as is_same_purchase
    from order_lines as order_returns
    inner join order_lines as sales
        on order_returns.returned_order_line_id = sales.order_line_id
    group by 1, 2
)

select * from returned
where
    returned_quantity > sold_quantity
    or first_returned_at < sold_at
    or not is_same_purchase
