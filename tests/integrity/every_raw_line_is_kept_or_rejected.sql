-- Lines and money of the input, against what is kept and what is rejected. One row for each total that differs.
with lines_as_text as (
    select * from {{ ref('stg_order_lines__text') }}
),

amounts as (
    select
        order_line_id,
        line_amount
    from {{ ref('stg_order_lines') }}
),

placed as (
    select
        order_line_id,
        line_amount
    from {{ ref('order_lines') }}
    union all
    select
        order_line_id,
        line_amount
    from {{ ref('rejected_order_lines') }}
),

totals as (
    select
        (select count(*) from lines_as_text) as input_lines,
        (select count(*) from placed) as placed_lines,
        (select count(distinct order_line_id) from placed) as distinct_placed_lines,
        (select coalesce(sum(line_amount), 0) from amounts) as input_amount,
        (select coalesce(sum(line_amount), 0) from placed) as placed_amount
)

select * from totals
where
    input_lines <> placed_lines
    or input_lines <> distinct_placed_lines
    or input_amount <> placed_amount
