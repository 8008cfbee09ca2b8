-- Grain: one row per return line that was matched to the sale line it takes back. A return takes
-- the latest sale line of the same customer and product, at or before its own time, that still has
-- the whole quantity. What an earlier return took is gone for a later one, so the returns of a
-- customer and product are taken one after the other: step n decides their n-th return, and nothing
-- that happens later can change it.
with recursive order_lines as (
    select
        order_line_id,
        order_id,
        customer_id,
        -- A line without a product matches others without one.
        coalesce(product_id, '') as product_id,
        line_kind,
        ordered_at,
        quantity
    from {{ ref('stg_order_lines') }}
    where
        line_kind in ('sale', 'return')
        and customer_id is not null
),

purchases as (
    select
        customer_id,
        product_id,
        row_number() over (order by customer_id, product_id) as purchase_number
    from order_lines
    where line_kind = 'return'
    group by 1, 2
),

-- Sales and returns of a customer and product in order of time, sales first. The sale_number of a
-- sale is its own; that of a return is the latest sale's before it.
numbered as (
    select
        purchases.purchase_number,
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.line_kind,
        order_lines.quantity,
        sum(case when order_lines.line_kind = 'sale' then 1 else 0 end) over purchase_history
            as sale_number,
        sum(case when order_lines.line_kind = 'return' then 1 else 0 end) over purchase_history
            as return_number
    from order_lines
    inner join purchases
        on
            order_lines.customer_id = purchases.customer_id
            and order_lines.product_id = purchases.product_id
    window purchase_history as (
        partition by purchases.purchase_number
        order by
            order_lines.ordered_at asc, order_lines.line_kind desc, order_lines.order_line_id asc
        rows between unbounded preceding and current row
    )
),

sales as (
    select
        purchase_number,
        cast(sale_number as bigint) as sale_number,
        order_line_id,
        order_id,
        quantity
    from numbered
    where line_kind = 'sale'
),

returns as (
    select
        purchase_number,
        cast(return_number as bigint) as return_number,
        cast(sale_number as bigint) as latest_sale_number,
        order_line_id,
        -quantity as quantity
    from numbered
    where line_kind = 'return'
),

steps as (
    select
        purchase_number,
        sale_number,
        quantity as remaining_quantity,
        cast(0 as bigint) as return_number,
        false as is_taken
    from sales

    union all

    (
        with offered as (
            select
                steps.purchase_number,
                steps.sale_number,
                steps.remaining_quantity,
                returns.return_number,
                returns.quantity,
                max(
                    case
                        when
                            steps.sale_number <= returns.latest_sale_number
                            and steps.remaining_quantity >= returns.quantity
                            then steps.sale_number
                    end
                ) over (partition by steps.purchase_number) as taken_sale_number
            from steps
            inner join returns
                on
                    steps.purchase_number = returns.purchase_number
                    and steps.return_number + 1 = returns.return_number
        ),

        taken as (
            select
                offered.*,
                coalesce(sale_number = taken_sale_number, false) as is_taken
            from offered
        )

        select
            purchase_number,
            sale_number,
            remaining_quantity - case when is_taken then quantity else 0 end as remaining_quantity,
            return_number,
            is_taken
        from taken
    )
),

matched as (
    select
        returns.order_line_id as return_line_id,
        sales.order_line_id as sale_line_id,
        sales.order_id as sale_order_id
    from steps
    inner join sales
        on
            steps.purchase_number = sales.purchase_number
            and steps.sale_number = sales.sale_number
    inner join returns
        on
            steps.purchase_number = returns.purchase_number
            and steps.return_number = returns.return_number
    where steps.is_taken
)

select * from matched
