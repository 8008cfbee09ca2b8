-- Grain: one row per kept line of the input.
with lines as (
    select * from {{ ref('stg_order_lines') }}
    where line_kind is not null
),

int_returns__matched as (
    select * from {{ ref('int_returns__matched') }}
),

int_product_bounds as (
    select * from {{ ref('int_product_bounds') }}
),

matched as (
    select
        lines.order_line_id,
        lines.order_id,
        lines.customer_id,
        lines.product_id,
        int_returns__matched.sale_line_id as returned_order_line_id,
        coalesce(int_returns__matched.sale_order_id, lines.order_id) as counted_order_id,

        lines.product_name,
        lines.product_category,
        lines.country,
        lines.line_kind,

        lines.quantity,
        lines.unit_price,
        lines.line_amount,
        case
            when lines.line_kind in ('sale', 'return') then lines.line_amount
            else cast(0 as decimal(18, 4))
        end as net_revenue,

        lines.customer_id is null as is_guest,
        lines.is_cancellation,
        lines.line_kind = 'return' and int_returns__matched.sale_line_id is null
            as is_unmatched_return,
        -- What lies on a bound is inside, whatever the bound's last digit: hence 1e-9.
        lines.line_kind = 'sale' and coalesce(
            cast(lines.quantity as double) < int_product_bounds.lowest_quantity * (1 - 1e-9)
            or cast(lines.quantity as double) > int_product_bounds.highest_quantity * (1 + 1e-9),
            false
        ) as is_quantity_outlier,
        lines.line_kind = 'sale' and coalesce(
            cast(lines.unit_price as double) < int_product_bounds.lowest_price * (1 - 1e-9)
            or cast(lines.unit_price as double) > int_product_bounds.highest_price * (1 + 1e-9),
            false
        ) as is_price_outlier,

        lines.ordered_at,
        cast(lines.ordered_at as date) as line_date
    from lines
    left join int_returns__matched
        on lines.order_line_id = int_returns__matched.return_line_id
    left join int_product_bounds
        on lines.product_id = int_product_bounds.product_id
)

select * from matched
