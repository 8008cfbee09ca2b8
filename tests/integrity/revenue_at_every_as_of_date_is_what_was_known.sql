-- As-of dates at which the net revenue of all customers differs from that of the lines before the
-- date. A return counts from its own day on, although it reduces the revenue of an earlier order.
with as_of_dates as (
    select as_of_date from {{ ref('int_as_of_dates') }}
),

lines as (
    select
        line_date,
        sum(net_revenue) as net_revenue
    from {{ ref('int_order_lines__counted') }}
    where not is_guest
    group by 1
),

expected as (
    select
        as_of_dates.as_of_date,
        sum(lines.net_revenue) as net_revenue
    from as_of_dates
    inner join lines
        on as_of_dates.as_of_date > lines.line_date
    group by 1
),

actual as (
    select
        as_of_date,
        sum(net_revenue) as net_revenue
    from {{ ref('int_customers__rfm') }}
    group by 1
),

compared as (
    select
        as_of_dates.as_of_date,
        coalesce(expected.net_revenue, 0) as expected_net_revenue,
        coalesce(actual.net_revenue, 0) as actual_net_revenue
    from as_of_dates
    left join expected
        on as_of_dates.as_of_date = expected.as_of_date
    left join actual
        on as_of_dates.as_of_date = actual.as_of_date
)

select * from compared
where expected_net_revenue <> actual_net_revenue
