-- Grain: one row per customer and day with sales or returns: the amounts and counts that the day's
-- lines add. The sum over the days before an as-of date is what was known then.
with counted_lines as (
    select * from {{ ref('int_order_lines__counted') }}
    where not is_guest
),

order_days as (
    select
        customer_id,
        order_id,
        line_date,
        min(country) as country,
        -- Null where the input has no amounts.
        sum(case when line_kind = 'sale' then net_revenue when net_revenue is not null then 0 end)
            as sold_revenue,
        sum(
            case when line_kind = 'return' then -net_revenue when net_revenue is not null then 0 end
        ) as returned_revenue,
        sum(case when line_kind = 'sale' then quantity else 0 end) as sold_quantity,
        min(case when line_kind = 'sale' then local_ordered_at end) as first_sold_at
    from counted_lines
    group by 1, 2, 3
),

days as (
    select
        customer_id,
        line_date,
        min(country) as country,
        sum(sold_revenue) as sold_revenue,
        sum(returned_revenue) as returned_revenue,
        sum(sold_quantity) as sold_quantity
    from order_days
    group by 1, 2
),

-- A product or a category is new to a customer once: on the day of its first sale. The next two
-- CTEs read the table itself, because DuckDB would keep a CTE of all lines in memory if it were
-- read more than once.
first_products as (
    select
        customer_id,
        product_id,
        min(line_date) as line_date
    from {{ ref('order_lines') }}
    where
        line_kind = 'sale'
        and not is_guest
        and product_id is not null
    group by 1, 2
),

first_categories as (
    select
        customer_id,
        product_category,
        min(line_date) as line_date
    from {{ ref('order_lines') }}
    where
        line_kind = 'sale'
        and not is_guest
        and product_category is not null
    group by 1, 2
),

new_products as (
    select
        customer_id,
        line_date,
        count(*) as new_product_count
    from first_products
    group by 1, 2
),

new_categories as (
    select
        customer_id,
        line_date,
        count(*) as new_category_count
    from first_categories
    group by 1, 2
),

-- An order counts as placed once, on the day of its first sale line.
placed_orders as (
    select
        customer_id,
        order_id,
        min(first_sold_at) as placed_at,
        min(line_date) as line_date
    from order_days
    where first_sold_at is not null
    group by 1, 2
),

-- 1 January 1900 was a Monday. An order at exactly 00:00 has a date without a time of day, so it is
-- not an evening order.
habits as (
    select
        customer_id,
        line_date,
        count(*) as placed_order_count,
        sum(
            case
                when {{ dbt.datediff("cast('1900-01-01' as date)", 'line_date', 'day') }} % 7 >= 5
                    then 1
                else 0
            end
        ) as weekend_order_count,
        sum(
            case
                when placed_at = cast(line_date as timestamp) then 0
                when extract(hour from placed_at) < 6 or extract(hour from placed_at) >= 17 then 1
                else 0
            end
        ) as evening_order_count
    from placed_orders
    group by 1, 2
),

line_days as (
    select
        days.customer_id,
        days.line_date,

        days.country,

        cast(days.sold_revenue as decimal(18, 4)) as sold_revenue,
        cast(days.returned_revenue as decimal(18, 4)) as returned_revenue,
        cast(days.sold_quantity as decimal(18, 4)) as sold_quantity,
        cast(coalesce(new_products.new_product_count, 0) as integer) as new_product_count,
        cast(coalesce(new_categories.new_category_count, 0) as integer) as new_category_count,
        cast(coalesce(habits.placed_order_count, 0) as integer) as placed_order_count,
        cast(coalesce(habits.weekend_order_count, 0) as integer) as weekend_order_count,
        cast(coalesce(habits.evening_order_count, 0) as integer) as evening_order_count
    from days
    left join new_products
        on
            days.customer_id = new_products.customer_id
            and days.line_date = new_products.line_date
    left join new_categories
        on
            days.customer_id = new_categories.customer_id
            and days.line_date = new_categories.line_date
    left join habits
        on
            days.customer_id = habits.customer_id
            and days.line_date = habits.line_date
)

select * from line_days
