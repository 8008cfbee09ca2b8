-- Grain: one row per calendar month and current segment: the actual revenue of its customers, and
-- their predicted revenue for the rest of this month and the twelve after it.
with clv_forecast as (
    select * from {{ ref('int_clv_forecast') }}
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

customer_months as (
    select * from {{ ref('int_customer_months') }}
),

customers as (
    select * from {{ ref('customers') }}
),

steps as (
    select
        clv_forecast.segment,
        clv_forecast.step_orders,
        clv_forecast.step_revenue,
        cast({{ dbt.date_trunc('month', 'clv_forecast.start_date') }} as date)
            as calendar_month,
        cast(
            {{ dbt.dateadd('month', 13, dbt.date_trunc('month', 'as_of_dates.as_of_date')) }}
            as date
        ) as end_month
    from clv_forecast
    inner join as_of_dates
        on clv_forecast.as_of_date = as_of_dates.as_of_date
),

expected as (
    select
        calendar_month,
        segment,
        {{ sum_exactly('step_orders') }} as expected_orders,
        {{ sum_exactly('step_revenue') }} as expected_revenue
    from steps
    -- With a longer CLV horizon there are later months, which are not shown.
    where calendar_month < end_month
    group by 1, 2
),

history as (
    select
        customer_months.order_month as calendar_month,
        customers.segment,
        count(*) as customer_count,
        sum(customer_months.net_revenue) as net_revenue
    from customer_months
    inner join customers
        on customer_months.customer_id = customers.customer_id
    group by 1, 2
),

months as (
    select
        calendar_month,
        segment
    from history
    union
    select
        calendar_month,
        segment
    from expected
),

forecast as (
    select
        months.calendar_month,
        months.segment,

        cast(coalesce(history.customer_count, 0) as integer) as customer_count,
        cast(coalesce(history.net_revenue, 0) as decimal(18, 4)) as net_revenue,
        expected.expected_orders,
        expected.expected_revenue,

        expected.segment is not null as is_forecast
    from months
    left join history
        on
            months.calendar_month = history.calendar_month
            and months.segment = history.segment
    left join expected
        on
            months.calendar_month = expected.calendar_month
            and months.segment = expected.segment
)

select * from forecast
