-- Sale lines with a larger returned than sold quantity, with a matched return that is earlier or of
-- another customer or product, or with a match that names another order; and return lines whose
-- matched parts do not add up to the return, or that do not have exactly one latest sale.
with int_returns__matched as (
    select * from {{ ref('int_returns__matched') }}
),

order_lines as (
    select * from {{ ref('order_lines') }}
),

parts as (
    select
        int_returns__matched.return_line_id,
        int_returns__matched.sale_line_id,
        int_returns__matched.quantity,
        int_returns__matched.line_amount,
        int_returns__matched.is_latest_sale,
        sales.quantity as sold_quantity,
        -order_returns.quantity as returned_quantity,
        order_returns.line_amount as returned_amount,
        int_returns__matched.quantity > 0
        and order_returns.ordered_at >= sales.ordered_at
        and order_returns.customer_id = sales.customer_id
        and coalesce(order_returns.product_id, '') = coalesce(sales.product_id, '')
        and int_returns__matched.sale_order_id = sales.order_id as is_of_this_purchase
    from int_returns__matched
    inner join order_lines as order_returns
        on int_returns__matched.return_line_id = order_returns.order_line_id
    inner join order_lines as sales
        on int_returns__matched.sale_line_id = sales.order_line_id
),

wrong_lines as (
    select sale_line_id as order_line_id
    from parts
    group by 1
    having
        sum(quantity) > max(sold_quantity)
        or not bool_and(is_of_this_purchase)
    union all
    select return_line_id
    from parts
    group by 1
    having
        sum(quantity) <> max(returned_quantity)
        or sum(line_amount) <> max(returned_amount)
        or count_if(is_latest_sale) <> 1
)

select * from wrong_lines
