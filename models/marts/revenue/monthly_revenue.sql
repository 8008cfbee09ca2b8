-- Grain: one row per calendar month from the first order or return to now.
with months as (
    select * from {{ ref('int_months') }}
),

counted_lines as (
    select * from {{ ref('int_order_lines__counted') }}
),

orders as (
    select * from {{ ref('orders') }}
),

months_of_customers as (
    select * from {{ ref('int_customer_months') }}
),

-- By the month of the sale or return itself. Money is null where the input has no amounts.
line_months as (
    select
        cast({{ dbt.date_trunc('month', 'line_date') }} as date) as calendar_month,
        sum(case when line_kind = 'sale' then net_revenue when net_revenue is not null then 0 end)
            as sold_revenue,
        sum(case when line_kind = 'return' then net_revenue when net_revenue is not null then 0 end)
            as returned_revenue,
        sum(net_revenue) as net_revenue,
        sum(case when is_guest then net_revenue when net_revenue is not null then 0 end)
            as guest_net_revenue,
        sum(case when line_kind = 'sale' then quantity else 0 end) as sold_quantity
    from counted_lines
    group by 1
),

-- By the month of the order, less the returns of that order.
order_months as (
    select
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as calendar_month,
        sum(net_revenue) as order_net_revenue,
        sum(case when is_fully_returned then 0 else 1 end) as order_count,
        sum(case when is_fully_returned then 0 else net_revenue end) as kept_order_revenue
    from orders
    group by 1
),

customer_months as (
    select
        order_month as calendar_month,
        count(*) as customer_count,
        sum(case when order_month = cohort_month then 1 else 0 end) as new_customer_count
    from months_of_customers
    group by 1
),

joined as (
    select
        months.calendar_month,
        months.is_complete_month,
        case when line_months.calendar_month is null then 0 else line_months.sold_revenue end
            as sold_revenue,
        case when line_months.calendar_month is null then 0 else line_months.returned_revenue end
            as returned_revenue,
        case when line_months.calendar_month is null then 0 else line_months.net_revenue end
            as net_revenue,
        case when line_months.calendar_month is null then 0 else line_months.guest_net_revenue end
            as guest_net_revenue,
        coalesce(line_months.sold_quantity, 0) as sold_quantity,
        case when order_months.calendar_month is null then 0 else order_months.order_net_revenue end
            as order_net_revenue,
        coalesce(order_months.order_count, 0) as order_count,
        order_months.kept_order_revenue,
        coalesce(customer_months.customer_count, 0) as customer_count,
        coalesce(customer_months.new_customer_count, 0) as new_customer_count
    from months
    left join line_months
        on months.calendar_month = line_months.calendar_month
    left join order_months
        on months.calendar_month = order_months.calendar_month
    left join customer_months
        on months.calendar_month = customer_months.calendar_month
),

monthly_revenue as (
    select
        calendar_month,

        cast(sold_revenue as decimal(18, 4)) as sold_revenue,
        cast(returned_revenue as decimal(18, 4)) as returned_revenue,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        cast(guest_net_revenue as decimal(18, 4)) as guest_net_revenue,
        cast(order_net_revenue as decimal(18, 4)) as order_net_revenue,
        cast(sold_quantity as decimal(18, 4)) as sold_quantity,
        cast(order_count as integer) as order_count,
        cast(kept_order_revenue as double) / cast(nullif(order_count, 0) as double)
            as average_order_value,
        cast(customer_count as integer) as customer_count,
        cast(new_customer_count as integer) as new_customer_count,
        case
            when is_complete_month
                then
                    cast(net_revenue as double)
                    / cast(
                        nullif(
                            lag(net_revenue, 12) over (order by calendar_month nulls last), 0
                        ) as double
                    )
                    - 1
        end as growth_on_previous_year,

        is_complete_month
    from joined
)

select * from monthly_revenue
