-- Grain: one row per check of the input.
with data_quality_checks as (
    select * from {{ ref('data_quality_checks') }}
),

stg_order_lines as (
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

shared_order_ids as (
    select
        order_id,
        count(*) as order_count,
        sum(net_revenue) as net_revenue
    from orders
    group by 1
    having count(*) > 1
),

newest_order_dates as (
    select max(order_date) as order_date from orders
),

units as (
    select
        'lines' as unit,
        count(*) as unit_count,
        sum(line_amount) as unit_amount
    from stg_order_lines
    union all
    select
        'orders' as unit,
        count(*) as unit_count,
        sum(net_revenue) as unit_amount
    from orders
    union all
    select
        'customers' as unit,
        count(*) as unit_count,
        sum(net_revenue) as unit_amount
    from customers
),

counted as (
    select
        'lines' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from stg_order_lines

    union all

    select
        coalesce(line_kind, rejection_reason) as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from stg_order_lines
    group by 1

    union all

    select
        'guest_lines' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from order_lines
    where is_guest

    union all

    select
        'unmatched_returns' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from order_lines
    where is_unmatched_return

    union all

    select
        'quantity_outliers' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from order_lines
    where is_quantity_outlier

    union all

    select
        'price_outliers' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from order_lines
    where is_price_outlier

    union all

    select
        'lines_without_product' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from order_lines
    where product_id is null

    union all

    select
        'credits_of_no_merchandise' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount
    from order_lines
    where
        line_kind = 'non_merchandise'
        and line_amount < 0
        and not is_guest

    union all

    select
        'fully_returned_orders' as check_name,
        count(*) as row_count,
        sum(net_revenue) as amount
    from orders
    where
        is_fully_returned
        and not is_unmatched_return

    union all

    select
        'orders_of_shared_ids' as check_name,
        sum(order_count) as row_count,
        sum(net_revenue) as amount
    from shared_order_ids

    union all

    select
        'customers_without_positive_revenue' as check_name,
        count(*) as row_count,
        sum(net_revenue) as amount
    from customers
    where not has_positive_revenue

    union all

    select
        'days_before_the_newest_order_day' as check_name,
        {{ dbt.datediff(
            'max(orders.order_date)', 'max(newest_order_dates.order_date)', 'day'
        ) }} as row_count,
        cast(null as decimal(18, 4)) as amount
    from orders
    inner join newest_order_dates
        on orders.order_date < newest_order_dates.order_date
),

-- Every check has its row, also where there is nothing to count.
measured as (
    select
        data_quality_checks.check_number,
        data_quality_checks.check_name,

        data_quality_checks.check_group,
        data_quality_checks.unit,
        data_quality_checks.highest_usual_share,
        data_quality_checks.description,
        data_quality_checks.advice,

        cast(coalesce(counted.row_count, 0) as bigint) as row_count,
        cast(coalesce(counted.row_count, 0) as double) / nullif(units.unit_count, 0) as row_share,
        cast(coalesce(counted.amount, 0) as decimal(18, 4)) as amount,
        cast(coalesce(counted.amount, 0) as double)
        / cast(nullif(units.unit_amount, 0) as double) as amount_share
    from data_quality_checks
    left join counted
        on data_quality_checks.check_name = counted.check_name
    left join units
        on data_quality_checks.unit = units.unit
),

data_quality as (
    select
        check_number,
        check_name,

        check_group,
        unit,
        description,

        row_count,
        row_share,
        amount,
        amount_share,

        coalesce(row_share > highest_usual_share, false)
        or (check_name in ('lines', 'sale') and row_count = 0) as is_in_doubt,
        advice
    from measured
)

select * from data_quality
