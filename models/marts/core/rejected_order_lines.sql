-- Grain: one row per rejected line of the input, with the text of each column.
with lines as (
    select * from {{ ref('stg_order_lines') }}
    where rejection_reason is not null
),

lines_as_text as (
    select * from {{ ref('base_order_lines') }}
),

rejected as (
    select
        lines.order_line_id,
        lines.rejection_reason,
        lines_as_text.raw_order_id,
        lines_as_text.raw_product_id,
        lines_as_text.raw_product_name,
        lines_as_text.raw_product_category,
        lines_as_text.raw_quantity,
        lines_as_text.raw_ordered_at,
        lines_as_text.raw_unit_price,
        lines_as_text.raw_customer_id,
        lines_as_text.raw_country,
        lines_as_text.raw_ordered_time,
        lines_as_text.raw_line_amount,
        lines_as_text.raw_line_discount,
        lines_as_text.raw_line_refunded_amount,
        lines_as_text.raw_tax_amount,
        lines_as_text.raw_order_discount,
        lines_as_text.raw_order_subtotal,
        lines_as_text.raw_order_tax,
        lines_as_text.raw_refunded_amount,
        lines_as_text.raw_refunded_at,
        lines_as_text.raw_order_status,
        lines_as_text.raw_cancelled_at,
        lines_as_text.raw_currency,
        lines_as_text.left_out,
        lines_as_text.source_file,
        lines.line_amount
    from lines
    inner join lines_as_text
        on lines.order_line_id = lines_as_text.order_line_id
)

select * from rejected
