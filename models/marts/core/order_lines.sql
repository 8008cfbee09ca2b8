-- Grain: one row per kept line of the input.
with lines as (
    select * from {{ ref('stg_order_lines') }}
    where line_kind is not null
),

-- A return that is shared over several sales refers to the latest of them.
matched_returns as (
    select
        return_line_id,
        max(case when is_latest_sale then sale_line_id end) as sale_line_id,
        max(case when is_latest_sale then sale_order_id end) as sale_order_id,
        count(*) > 1 as is_shared
    from {{ ref('int_returns__matched') }}
    group by 1
),

order_money as (
    select * from {{ ref('int_order_lines__order_money') }}
),

product_bounds as (
    select * from {{ ref('int_product_bounds') }}
),

matched as (
    select
        lines.order_line_id,
        lines.order_id,
        lines.customer_id,
        lines.product_id,
        matched_returns.sale_line_id as returned_order_line_id,
        coalesce(matched_returns.sale_order_id, lines.order_id) as counted_order_id,

        lines.product_name,
        lines.product_category,
        lines.country,
        lines.line_kind,

        lines.quantity,
        lines.unit_price,
        lines.line_amount,
        coalesce(order_money.discount_amount, 0) as discount_amount,
        coalesce(order_money.tax_amount, 0) as tax_amount,
        coalesce(order_money.refunded_amount, 0) as refunded_amount,
        cast(
            case
                when lines.line_kind in ('sale', 'return')
                    then
                        lines.line_amount
                        - coalesce(order_money.discount_amount, 0)
                        - coalesce(order_money.tax_amount, 0)
                        - coalesce(order_money.refunded_amount, 0)
                else 0
            end as decimal(18, 4)
        ) as net_revenue,

        lines.customer_id is null as is_guest,
        lines.is_cancellation,
        lines.line_kind = 'return' and matched_returns.sale_line_id is null
            as is_unmatched_return,
        coalesce(matched_returns.is_shared, false) as is_shared_return,
        -- A value on a bound is no outlier; 1e-9 absorbs the rounding error of the bound.
        lines.line_kind = 'sale' and coalesce(
            cast(lines.quantity as double) < product_bounds.lowest_quantity * (1 - 1e-9)
            or cast(lines.quantity as double) > product_bounds.highest_quantity * (1 + 1e-9),
            false
        ) as is_quantity_outlier,
        lines.line_kind = 'sale' and coalesce(
            cast(lines.unit_price as double) < product_bounds.lowest_price * (1 - 1e-9)
            or cast(lines.unit_price as double) > product_bounds.highest_price * (1 + 1e-9),
            false
        ) as is_price_outlier,

        lines.ordered_at,
        lines.local_ordered_at,
        lines.line_date,
        case when order_money.refunded_amount <> 0 then order_money.refunded_date end
            as refunded_date
    from lines
    left join matched_returns
        on lines.order_line_id = matched_returns.return_line_id
    left join order_money
        on lines.order_line_id = order_money.order_line_id
    left join product_bounds
        on lines.product_id = product_bounds.product_id
)

select * from matched
