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

returns as (
    select
        order_line_id,
        customer_id,
        product_id,
        ordered_at,
        -quantity as quantity,
        row_number() over (
            partition by customer_id, product_id
            order by ordered_at, order_line_id
        ) as step
    from order_lines
    where line_kind = 'return'
),

returned_products as (
    select
        customer_id,
        product_id,
        max(ordered_at) as last_returned_at
    from returns
    group by 1, 2
),

sales as (
    select order_lines.*
    from order_lines
    inner join returned_products
        on
            order_lines.customer_id = returned_products.customer_id
            and order_lines.product_id = returned_products.product_id
            and order_lines.ordered_at <= returned_products.last_returned_at
    where order_lines.line_kind = 'sale'
),

steps as (
    select
        customer_id,
        product_id,
        order_line_id as sale_line_id,
        ordered_at as sold_at,
        quantity as remaining_quantity,
        cast(0 as bigint) as step,
        cast(null as {{ dbt.type_string() }}) as return_line_id
    from sales

    union all

    (
        with offered as (
            select
                steps.customer_id,
                steps.product_id,
                steps.sale_line_id,
                steps.sold_at,
                steps.remaining_quantity,
                returns.step,
                returns.order_line_id as return_line_id,
                returns.quantity as returned_quantity,
                steps.sold_at <= returns.ordered_at and steps.remaining_quantity >= returns.quantity
                    as is_able
            from steps
            inner join returns
                on
                    steps.customer_id = returns.customer_id
                    and steps.product_id = returns.product_id
                    and steps.step + 1 = returns.step
        ),

        taken as (
            select
                offered.*,
                is_able and row_number() over (
                    partition by customer_id, product_id
                    order by is_able desc, sold_at desc, sale_line_id desc
                ) = 1 as is_taken
            from offered
        )

        select
            customer_id,
            product_id,
            sale_line_id,
            sold_at,
            remaining_quantity - case when is_taken then returned_quantity else 0 end
                as remaining_quantity,
            step,
            case when is_taken then return_line_id end as return_line_id
        from taken
    )
),

matched as (
    select
        steps.return_line_id,
        steps.sale_line_id,
        sales.order_id as sale_order_id
    from steps
    inner join sales
        on steps.sale_line_id = sales.order_line_id
    where steps.return_line_id is not null
)

select * from matched
