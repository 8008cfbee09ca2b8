-- Grain: one row per check of the input.
with stg_order_lines as (
    select * from {{ ref('stg_order_lines') }}
),

order_lines as (
    select * from {{ ref('order_lines') }}
),

orders as (
    select * from {{ ref('orders') }}
),

customers as (
    select * from {{ ref('customers') }}
),

-- Every kind and reason has its row, also where no line has it.
line_checks as (
    select *
    from (
        values
        (1, 'kept', 'sale', 'Goods sold.'),
        (2, 'kept', 'return', 'Goods taken back: cancellations, and negative quantities of a known customer.'),
        (3, 'kept', 'write_off', 'Stock corrections: a negative quantity at no price, of no customer.'),
        (4, 'kept', 'non_merchandise', 'Postage, fees, vouchers and the like (seeds/product_code_rules.csv).'),
        (5, 'rejected', 'duplicate', 'Equal to an earlier line in every column.'),
        (6, 'rejected', 'missing_order_id', 'No order id.'),
        (7, 'rejected', 'missing_ordered_at', 'No time of order.'),
        (8, 'rejected', 'unparseable_ordered_at', 'The time of order is no timestamp.'),
        (9, 'rejected', 'missing_quantity', 'No quantity.'),
        (10, 'rejected', 'unparseable_quantity', 'The quantity is no number.'),
        (11, 'rejected', 'missing_unit_price', 'No price.'),
        (12, 'rejected', 'unparseable_unit_price', 'The price is no number.'),
        (13, 'rejected', 'amount_out_of_range', 'Quantity times price has more than 14 digits.'),
        (14, 'rejected', 'before_1970', 'Ordered before 1970: a broken date.'),
        (15, 'rejected', 'from_the_future', 'Ordered on the as_of_date that was set, or later.'),
        (16, 'rejected', 'test_item', 'An item that only tests the till (seeds/product_code_rules.csv).'),
        (17, 'rejected', 'guest', 'No customer, and the var guest_lines says reject.'),
        (18, 'rejected', 'zero_quantity', 'A quantity of zero.'),
        (19, 'rejected', 'negative_price', 'A price below zero.'),
        (20, 'rejected', 'zero_price', 'A price of zero, and no stock correction.'),
        (21, 'rejected', 'cancellation_of_a_positive_quantity', 'A cancellation that takes nothing back.')
    ) as checks (check_number, check_group, check_name, description)
),

line_counts as (
    select
        coalesce(line_kind, rejection_reason) as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from stg_order_lines
    group by 1
),

order_customers as (
    select
        order_id,
        count(*) as order_count,
        sum(net_revenue) as amount
    from orders
    group by 1
),

newest_order_date as (
    select max(order_date) as order_date from orders
),

totals as (
    select
        (select count(*) from stg_order_lines) as line_count,
        (select sum(line_amount) from stg_order_lines) as amount,
        (select count(*) from orders) as order_count,
        (select sum(net_revenue) from orders) as net_revenue,
        (select count(*) from customers) as customer_count,
        (select sum(net_revenue) from customers) as customer_net_revenue
),

checks as (
    select
        0 as check_number,
        'all' as check_group,
        'lines' as check_name,
        'All lines of the input; the amount is quantity times price where both can be read.' as description,
        'lines' as unit,
        line_count as row_count,
        line_count as unit_count,
        coalesce(amount, 0) as amount,
        amount as unit_amount
    from totals

    union all

    select
        line_checks.check_number,
        line_checks.check_group,
        line_checks.check_name,
        line_checks.description,
        'lines' as unit,
        coalesce(line_counts.row_count, 0) as row_count,
        totals.line_count as unit_count,
        coalesce(line_counts.amount, 0) as amount,
        totals.amount as unit_amount
    from line_checks
    cross join totals
    left join line_counts
        on line_checks.check_name = line_counts.check_name

    union all

    {%- for check_name, condition, description in [
        ('guest_lines', "is_guest", "Kept lines without a customer: they count for products and revenue, not for customers."),
        ('unmatched_returns', "is_unmatched_return", "Returns for which no sale was found; they stand at their own date."),
        ('quantity_outliers', "is_quantity_outlier", "Sales of a quantity that is unusual for the product; flagged, not dropped."),
        ('price_outliers', "is_price_outlier", "Sales at a price that is unusual for the product; flagged, not dropped."),
        ('lines_without_product', "product_id is null", "Kept lines without a product id."),
    ] %}

    select
        {{ 21 + loop.index }} as check_number,
        'flagged' as check_group,
        '{{ check_name }}' as check_name,
        '{{ description }}' as description,
        'lines' as unit,
        count(order_lines.order_line_id) as row_count,
        max(totals.line_count) as unit_count,
        coalesce(sum(order_lines.line_amount), 0) as amount,
        max(totals.amount) as unit_amount
    from totals
    left join order_lines
        on order_lines.{{ condition }}

    union all
    {%- endfor %}

    select
        27 as check_number,
        'flagged' as check_group,
        'fully_returned_orders' as check_name,
        'Orders of which nothing of value is left after their returns; they are no order days.' as description,
        'orders' as unit,
        count(orders.order_id) as row_count,
        max(totals.order_count) as unit_count,
        coalesce(sum(orders.net_revenue), 0) as amount,
        max(totals.net_revenue) as unit_amount
    from totals
    left join orders
        on
            orders.is_fully_returned
            and not orders.is_unmatched_return

    union all

    select
        28 as check_number,
        'flagged' as check_group,
        'orders_of_shared_ids' as check_name,
        'Orders whose id another customer has too: each counts for its own customer.' as description,
        'orders' as unit,
        coalesce(sum(order_customers.order_count), 0) as row_count,
        max(totals.order_count) as unit_count,
        coalesce(sum(order_customers.amount), 0) as amount,
        max(totals.net_revenue) as unit_amount
    from totals
    left join order_customers
        on order_customers.order_count > 1

    union all

    select
        29 as check_number,
        'flagged' as check_group,
        'customers_without_positive_revenue' as check_name,
        'Customers whose returns are worth as much as their purchases, or more.' as description,
        'customers' as unit,
        count(customers.customer_id) as row_count,
        max(totals.customer_count) as unit_count,
        coalesce(sum(customers.net_revenue), 0) as amount,
        max(totals.customer_net_revenue) as unit_amount
    from totals
    left join customers
        on not customers.has_positive_revenue

    union all

    select
        30 as check_number,
        'flagged' as check_group,
        'days_before_the_newest_order_day' as check_name,
        'Days between the newest order day and the one before it; many may mean a wrong date: set as_of_date.' as description,
        'days' as unit,
        coalesce(
            {{ dbt.datediff('max(orders.order_date)', 'max(newest_order_date.order_date)', 'day') }}, 0
        ) as row_count,
        cast(null as bigint) as unit_count,
        cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 4)) as unit_amount
    from newest_order_date
    inner join orders
        on newest_order_date.order_date > orders.order_date
),

data_quality as (
    select
        cast(check_number as integer) as check_number,
        check_name,

        check_group,
        unit,
        description,

        cast(row_count as bigint) as row_count,
        cast(row_count as double) / nullif(unit_count, 0) as row_share,
        cast(amount as decimal(18, 4)) as amount,
        cast(amount as double) / cast(nullif(unit_amount, 0) as double) as amount_share
    from checks
)

select * from data_quality
