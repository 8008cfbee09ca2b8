-- Grain: one row per order line and order that its money counts for, on the day it became known. A
-- return that takes from sales of several orders has a row for each of these orders. A refund that
-- the input states beside a sale has a row of its own.
{{ config(materialized='view') }}

with order_lines as (
    select * from {{ ref('order_lines') }}
    where line_kind in ('sale', 'return')
),

-- A return may take from several sales of one order, which make one row.
returned_orders as (
    select
        return_line_id,
        sale_order_id,
        sum(quantity) as quantity,
        sum(line_amount) as line_amount,
        bool_or(is_latest_sale) as is_latest_order
    from {{ ref('int_returns__matched') }}
    group by 1, 2
),

own_lines as (
    select
        order_line_id,
        order_id,
        counted_order_id,
        customer_id,
        country,
        line_kind,
        quantity,
        cast(net_revenue + refunded_amount as decimal(18, 4)) as net_revenue,
        is_guest,
        is_unmatched_return,
        local_ordered_at,
        line_date
    from order_lines
    where not is_shared_return
),

shared_returns as (
    select
        order_lines.order_line_id,
        order_lines.order_id,
        returned_orders.sale_order_id as counted_order_id,
        order_lines.customer_id,
        order_lines.country,
        order_lines.line_kind,
        cast(-returned_orders.quantity as decimal(18, 4)) as quantity,
        cast(
            returned_orders.line_amount
            - case
                when returned_orders.is_latest_order
                    then order_lines.discount_amount + order_lines.tax_amount
                else 0
            end as decimal(18, 4)
        ) as net_revenue,
        order_lines.is_guest,
        order_lines.is_unmatched_return,
        order_lines.local_ordered_at,
        order_lines.line_date
    from order_lines
    inner join returned_orders
        on order_lines.order_line_id = returned_orders.return_line_id
    where order_lines.is_shared_return
),

refunds as (
    select
        order_line_id,
        order_id,
        counted_order_id,
        customer_id,
        country,
        'return' as line_kind,
        cast(0 as decimal(18, 4)) as quantity,
        cast(-refunded_amount as decimal(18, 4)) as net_revenue,
        is_guest,
        false as is_unmatched_return,
        cast(null as timestamp) as local_ordered_at,
        refunded_date as line_date
    from order_lines
    where refunded_amount <> 0
),

counted as (
    select * from own_lines
    union all
    select * from shared_returns
    union all
    select * from refunds
)

select * from counted
