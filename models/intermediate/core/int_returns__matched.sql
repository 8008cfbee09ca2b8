-- Grain: one row per return line and sale line it takes from. A return takes the latest sale line
-- of the same customer and product, at or before its own time, that still has the whole quantity.
-- Where no single sale has it, the return is shared over the latest sales, newest first, each up to
-- the quantity that it still has. Where all of them together do not have enough, the return has no
-- row. A later return cannot take the quantity that an earlier one took, and nothing that happens
-- later can change a match.
with order_lines as (
    select
        order_line_id,
        order_id,
        customer_id,
        -- Lines without a product match each other.
        coalesce(product_id, '') as product_id,
        line_kind,
        ordered_at,
        quantity,
        line_amount
    from {{ ref('stg_order_lines') }}
    where
        line_kind in ('sale', 'return')
        and customer_id is not null
),

-- The table itself is read again: DuckDB would keep a CTE of all lines in memory for it.
purchases as (
    select distinct
        customer_id,
        coalesce(product_id, '') as product_id
    from {{ ref('stg_order_lines') }}
    where
        line_kind = 'return'
        and customer_id is not null
),

-- Sales and returns of a customer and product, ordered by time; at the same time, sales come first.
-- The sale_number of a return is that of the latest sale before it.
numbered as (
    select
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.customer_id,
        order_lines.product_id,
        order_lines.line_kind,
        order_lines.quantity,
        order_lines.line_amount,
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
        partition by order_lines.customer_id, order_lines.product_id
        order by
            order_lines.ordered_at asc nulls last,
            order_lines.line_kind desc nulls last,
            order_lines.order_line_id asc nulls last
        rows between unbounded preceding and current row
    )
),

sales as (
    select
        customer_id,
        product_id,
        cast(sale_number as bigint) as sale_number,
        order_line_id,
        order_id,
        quantity
    from numbered
    where line_kind = 'sale'
),

returns as (
    select
        customer_id,
        product_id,
        cast(return_number as bigint) as return_number,
        cast(sale_number as bigint) as sale_number,
        order_line_id,
        cast(-quantity as decimal(18, 4)) as quantity,
        line_amount
    from numbered
    where line_kind = 'return'
),

-- On DuckDB this has a lambda, which sqlfluff cannot parse.
matches as (
    {{ match_returns('sales', 'returns') }} -- noqa: PRS
),

covered as (
    select
        returns.order_line_id as return_line_id,
        returns.quantity as return_quantity,
        returns.line_amount as return_amount,
        sales.order_line_id as sale_line_id,
        sales.order_id as sale_order_id,
        sales.sale_number,
        matches.quantity,
        sum(matches.quantity) over newest_first as covered_quantity,
        row_number() over newest_first = 1 as is_latest_sale
    from matches
    inner join sales
        on
            matches.customer_id = sales.customer_id
            and matches.product_id = sales.product_id
            and matches.sale_number = sales.sale_number
    inner join returns
        on
            matches.customer_id = returns.customer_id
            and matches.product_id = returns.product_id
            and matches.return_number = returns.return_number
    window newest_first as (
        partition by returns.order_line_id
        order by sales.sale_number desc nulls last
        rows between unbounded preceding and current row
    )
),

-- The cumulative amount is rounded, not the amount per sale, so that the parts add up to the whole.
valued as (
    select
        covered.*,
        case
            when covered_quantity = return_quantity then return_amount
            else cast(
                round(
                    cast(return_amount as double) * 1e4
                    * cast(covered_quantity as double)
                    / nullif(cast(return_quantity as double), 0)
                ) / 1e4
                as decimal(18, 4)
            )
        end as covered_amount
    from covered
),

matched as (
    select
        return_line_id,
        sale_line_id,
        sale_order_id,
        quantity,
        cast(
            covered_amount - coalesce(
                lag(covered_amount) over (
                    partition by return_line_id order by sale_number desc nulls last
                ),
                0
            ) as decimal(18, 4)
        ) as line_amount,
        is_latest_sale
    from valued
)

select * from matched
