-- Count and amount of the input's lines must equal those of kept and rejected lines together.
-- A build of the campaigns alone launches campaigns, too.
{{ config(tags=['campaigns']) }}

with read_lines as (
    select count(*) as line_count from {{ ref('stg_order_lines__typed') }}
),

amounts as (
    select sum(line_amount) as amount from {{ ref('stg_order_lines') }}
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

input_totals as (
    select
        read_lines.line_count,
        coalesce(amounts.amount, 0) as amount
    from read_lines
    cross join amounts
),

placed_totals as (
    select
        count(*) as line_count,
        count(distinct order_line_id) as distinct_line_count,
        coalesce(sum(line_amount), 0) as amount
    from placed
),

compared as (
    select
        input_totals.line_count as input_line_count,
        placed_totals.line_count as placed_line_count,
        placed_totals.distinct_line_count,
        input_totals.amount as input_amount,
        placed_totals.amount as placed_amount
    from input_totals
    cross join placed_totals
)

select * from compared
where
    input_line_count <> placed_line_count
    or input_line_count <> distinct_line_count
    or input_amount <> placed_amount
