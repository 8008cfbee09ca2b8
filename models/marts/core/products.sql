-- Grain: one row per product that was sold or returned.
-- Names on returns are not used: they may be remarks on a stock movement.
with sold_names as (
    select
        product_id,
        product_name,
        max(ordered_at) as ordered_at
    from {{ ref('order_lines') }}
    where
        line_kind = 'sale'
        and product_id is not null
        and product_name is not null
    group by 1, 2
),

-- The name under which the product was last sold.
names as (
    select
        product_id,
        product_name,
        row_number() over (
            partition by product_id
            order by ordered_at desc nulls last, product_name asc nulls last
        ) as newest_first
    from sold_names
),

sums as (
    select
        product_id,
        count(distinct case when line_kind = 'sale' then order_id end) as order_count,
        count(distinct case when line_kind = 'sale' then customer_id end) as customer_count,
        sum(case when line_kind = 'sale' then quantity else 0 end) as sold_quantity,
        sum(case when line_kind = 'return' then -quantity else 0 end) as returned_quantity,
        sum(net_revenue) as net_revenue,
        percentile_cont(0.5) within group (order by cast(unit_price as double))
            as median_unit_price,
        min(line_date) as first_date,
        max(line_date) as last_date
    from {{ ref('order_lines') }}
    where
        line_kind in ('sale', 'return')
        and product_id is not null
    group by 1
),

products as (
    select
        sums.product_id,

        names.product_name,

        cast(sums.order_count as integer) as order_count,
        cast(sums.customer_count as integer) as customer_count,
        cast(sums.sold_quantity as decimal(18, 4)) as sold_quantity,
        cast(sums.returned_quantity as decimal(18, 4)) as returned_quantity,
        cast(sums.returned_quantity as double) / cast(nullif(sums.sold_quantity, 0) as double)
            as return_rate,
        cast(sums.net_revenue as decimal(18, 4)) as net_revenue,
        sums.median_unit_price,

        sums.first_date,
        sums.last_date
    from sums
    left join names
        on
            sums.product_id = names.product_id
            and names.newest_first = 1
)

select * from products
