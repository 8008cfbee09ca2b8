-- Grain: one row per order, customer and day on which more became known about the order: its lines,
-- or a return of some of them. An as-of date reads the one version with
-- valid_from_date < as_of_date <= valid_to_date, and so never a return that had not happened yet.
-- The newest version ends on 9999-12-31.
with counted_lines as (
    select * from {{ ref('int_order_lines__counted') }}
),

changes as (
    select
        counted_order_id as order_id,
        customer_id,
        line_date as valid_from_date,
        sum(case when line_kind = 'sale' then quantity else 0 end) as sold_quantity,
        -- Null where the input has no amounts.
        sum(case when line_kind = 'sale' then net_revenue when net_revenue is not null then 0 end)
            as sold_revenue,
        sum(case when line_kind = 'return' and not is_unmatched_return then -quantity else 0 end)
            as returned_quantity,
        sum(
            case when line_kind = 'return' then net_revenue when net_revenue is not null then 0 end
        ) as returned_revenue
    from counted_lines
    group by 1, 2, 3
),

accumulated as (
    select
        order_id,
        customer_id,
        valid_from_date,
        min(valid_from_date) over order_history as order_date,
        coalesce(
            lead(valid_from_date) over (
                partition by order_id, customer_id order by valid_from_date nulls last
            ), date '9999-12-31'
        ) as valid_to_date,
        sum(sold_quantity) over order_history as sold_quantity,
        sum(returned_quantity) over order_history as returned_quantity,
        sum(sold_revenue) over order_history as sold_revenue,
        sum(returned_revenue) over order_history as returned_revenue
    from changes
    window order_history as (
        partition by order_id, customer_id order by valid_from_date nulls last
        rows between unbounded preceding and current row
    )
),

versioned as (
    select
        order_id,
        customer_id,
        order_date,
        valid_from_date,
        valid_to_date,
        cast(sold_quantity as decimal(18, 4)) as sold_quantity,
        cast(returned_quantity as decimal(18, 4)) as returned_quantity,
        cast(sold_revenue as decimal(18, 4)) as sold_revenue,
        cast(returned_revenue as decimal(18, 4)) as returned_revenue,
        cast(sold_revenue + returned_revenue as decimal(18, 4)) as net_revenue,
        returned_quantity >= sold_quantity or coalesce(
            returned_revenue < 0 and sold_revenue + returned_revenue <= 0, false
        )
            as is_fully_returned
    from accumulated
)

select * from versioned
