-- Grain: one row per month's end, segment at the previous month's end, and segment now.
with month_ends as (
    select
        customer_segment_history.*,
        cast({{ dbt.dateadd('month', -1, 'as_of_date') }} as date) as previous_as_of_date
    from {{ ref('customer_segment_history') }} as customer_segment_history
    where is_month_end
),

first_month_end as (
    select min(as_of_date) as as_of_date from month_ends
),

moves as (
    select
        month_ends.as_of_date,
        month_ends.previous_as_of_date,
        coalesce(previous.segment, 'not_yet_a_customer') as from_segment,
        month_ends.segment as to_segment,
        month_ends.net_revenue,
        month_ends.net_revenue_365d
    from month_ends
    inner join first_month_end
        on month_ends.as_of_date > first_month_end.as_of_date
    left join month_ends as previous
        on
            month_ends.customer_id = previous.customer_id
            and month_ends.previous_as_of_date = previous.as_of_date
),

counted as (
    select
        as_of_date,
        previous_as_of_date,
        from_segment,
        to_segment,
        count(*) as customer_count,
        sum(net_revenue) as net_revenue,
        sum(net_revenue_365d) as net_revenue_365d
    from moves
    group by 1, 2, 3, 4
),

migrations as (
    select
        as_of_date,
        previous_as_of_date,
        from_segment,
        to_segment,

        cast(customer_count as integer) as customer_count,
        {{ share_of('customer_count', 'as_of_date, from_segment') }} as from_segment_share,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        cast(net_revenue_365d as decimal(18, 4)) as net_revenue_365d,

        from_segment <> to_segment as is_move
    from counted
)

select * from migrations
