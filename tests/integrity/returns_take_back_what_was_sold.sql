-- Sale lines with a larger returned than sold quantity, with a matched return that is earlier or of
-- another customer or product, or with a match that names another order; and return lines whose
-- matched parts do not add up to the return, or that do not have exactly one latest sale; and
-- return lines without a match although earlier sales still had the whole quantity.
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

matched_returns as (
    select distinct return_line_id
    from int_returns__matched
),

-- The units of a customer's earlier sales of a product that are left when each line comes.
remaining as (
    select
        order_lines.order_line_id,
        order_lines.line_kind,
        order_lines.quantity,
        matched_returns.return_line_id is not null as is_matched,
        sum(
            case
                when order_lines.line_kind = 'sale' or matched_returns.return_line_id is not null
                    then order_lines.quantity
                else 0
            end
        ) over (
            partition by order_lines.customer_id, coalesce(order_lines.product_id, '')
            order by
                order_lines.ordered_at asc nulls last,
                order_lines.line_kind desc nulls last,
                order_lines.order_line_id asc nulls last
            rows between unbounded preceding and current row
        ) as remaining_quantity
    from order_lines
    left join matched_returns
        on order_lines.order_line_id = matched_returns.return_line_id
    where
        order_lines.line_kind in ('sale', 'return')
        and order_lines.customer_id is not null
),

wrong_lines as (
    select order_line_id
    from remaining
    where
        line_kind = 'return'
        and not is_matched
        and remaining_quantity >= -quantity
    union all
    select sale_line_id
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
