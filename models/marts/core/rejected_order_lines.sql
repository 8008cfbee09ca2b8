-- Grain: one row per rejected line of the input, with the text of each column.
{%- set columns = order_line_columns() %}
with lines as (
    select
        *,
        split_part(order_line_id, '-', 1) as line_hash
    from {{ ref('stg_order_lines') }}
    where rejection_reason is not null
),

marked as (
    select
        *,
        line_hash in (select lines.line_hash from lines) as is_rejected
    from {{ ref('base_order_lines') }}
),

-- Lines of one hash and file are equal. DuckDB takes a file for small, and would hold all its lines
-- in memory to join them: `coalesce` keeps it from making a join of the mark.
lines_as_text as (
    select
        line_hash,
        source_file,
        {%- for column in columns %}
        min(raw_{{ column }}) as raw_{{ column }},
        {%- endfor %}
        min(left_out) as left_out
    from marked
    where coalesce(is_rejected, false)
    group by 1, 2
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
        lines.source_file,
        lines.line_amount
    from lines
    -- A line whose file was changed while it was read still has its reason.
    left join lines_as_text
        on
            lines.line_hash = lines_as_text.line_hash
            and lines.source_file = lines_as_text.source_file
)

select * from rejected
