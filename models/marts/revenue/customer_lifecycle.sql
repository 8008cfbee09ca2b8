-- Grain: one row per calendar month from the first order or return to now.
with months as (
    select * from {{ ref('int_months') }}
),

customer_months as (
    select
        customer_months.*,
        cast({{ dbt.dateadd('month', -1, 'order_month') }} as date) as month_before,
        cast({{ dbt.dateadd('month', 1, 'order_month') }} as date) as month_after
    from {{ ref('int_customer_months') }} as customer_months
),

active as (
    select
        order_month as calendar_month,
        case
            when previous_order_month is null then 'new'
            when previous_order_month = month_before then 'retained'
            else 'reactivated'
        end as state,
        net_revenue
    from customer_months
),

lapsed as (
    select
        month_after as calendar_month,
        count(*) as lapsed_count
    from customer_months
    where next_order_month is null or next_order_month > month_after
    group by 1
),

states as (
    select
        calendar_month,
        count(*) as active_count,
        sum(case when state = 'new' then 1 else 0 end) as new_count,
        sum(case when state = 'retained' then 1 else 0 end) as retained_count,
        sum(case when state = 'reactivated' then 1 else 0 end) as reactivated_count,
        sum(case when state = 'new' then net_revenue else 0 end) as new_net_revenue,
        sum(case when state = 'retained' then net_revenue else 0 end) as retained_net_revenue,
        sum(case when state = 'reactivated' then net_revenue else 0 end) as reactivated_net_revenue
    from active
    group by 1
),

customer_lifecycle as (
    select
        months.calendar_month,

        cast(coalesce(states.active_count, 0) as integer) as active_count,
        cast(coalesce(states.new_count, 0) as integer) as new_count,
        cast(coalesce(states.retained_count, 0) as integer) as retained_count,
        cast(coalesce(states.reactivated_count, 0) as integer) as reactivated_count,
        cast(coalesce(lapsed.lapsed_count, 0) as integer) as lapsed_count,
        cast(coalesce(states.new_net_revenue, 0) as decimal(18, 4)) as new_net_revenue,
        cast(coalesce(states.retained_net_revenue, 0) as decimal(18, 4)) as retained_net_revenue,
        cast(coalesce(states.reactivated_net_revenue, 0) as decimal(18, 4))
            as reactivated_net_revenue,

        months.is_complete_month
    from months
    left join states
        on months.calendar_month = states.calendar_month
    left join lapsed
        on months.calendar_month = lapsed.calendar_month
)

select * from customer_lifecycle
