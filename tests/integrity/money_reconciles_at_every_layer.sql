-- The same money in every layer, exactly. One row for each total that differs from the one it must equal.
with line_totals as (
    select
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(case when is_guest then net_revenue else 0 end), 0) as guest_net_revenue,
        coalesce(sum(case when not is_guest then net_revenue else 0 end), 0) as customer_net_revenue
    from {{ ref('order_lines') }}
),

order_day_totals as (
    select coalesce(sum(case when is_order_day then net_revenue else 0 end), 0) as net_revenue
    from {{ ref('int_customers__order_days') }}
    where next_known_date is null
),

totals as (
    select
        'orders' as layer,
        (select coalesce(sum(net_revenue), 0) from {{ ref('orders') }}) as actual,
        line_totals.net_revenue as expected
    from line_totals
    union all
    select
        'orders, sold and returned' as layer,
        (select coalesce(sum(sold_revenue + returned_revenue), 0) from {{ ref('orders') }}) as actual,
        line_totals.net_revenue as expected
    from line_totals
    union all
    select
        'orders of guests' as layer,
        (select coalesce(sum(case when is_guest then net_revenue end), 0) from {{ ref('orders') }}) as actual,
        line_totals.guest_net_revenue as expected
    from line_totals
    union all
    select
        'customers' as layer,
        (select coalesce(sum(net_revenue), 0) from {{ ref('customers') }}) as actual,
        line_totals.customer_net_revenue as expected
    from line_totals
    union all
    select
        'customer_segment_history, now' as layer,
        (select coalesce(sum(case when is_current then net_revenue end), 0) from {{ ref('customer_segment_history') }})
            as actual,
        line_totals.customer_net_revenue as expected
    from line_totals
    union all
    select
        'revenue_by_segment, now' as layer,
        (select coalesce(sum(case when is_current then net_revenue end), 0) from {{ ref('revenue_by_segment') }})
            as actual,
        line_totals.customer_net_revenue as expected
    from line_totals
    union all
    select
        'monthly_revenue' as layer,
        (select coalesce(sum(net_revenue), 0) from {{ ref('monthly_revenue') }}) as actual,
        line_totals.net_revenue as expected
    from line_totals
    union all
    select
        'monthly_revenue, guests' as layer,
        (select coalesce(sum(guest_net_revenue), 0) from {{ ref('monthly_revenue') }}) as actual,
        line_totals.guest_net_revenue as expected
    from line_totals
    union all
    select
        'monthly_revenue, by order' as layer,
        (select coalesce(sum(order_net_revenue), 0) from {{ ref('monthly_revenue') }}) as actual,
        line_totals.net_revenue as expected
    from line_totals
    union all
    select
        'cohort_retention' as layer,
        (select coalesce(sum(net_revenue), 0) from {{ ref('cohort_retention') }}) as actual,
        order_day_totals.net_revenue as expected
    from order_day_totals
    union all
    select
        'customer_lifecycle' as layer,
        (
            select coalesce(sum(new_net_revenue + retained_net_revenue + reactivated_net_revenue), 0)
            from {{ ref('customer_lifecycle') }}
        ) as actual,
        order_day_totals.net_revenue as expected
    from order_day_totals
    union all
    select
        'products' as layer,
        (select coalesce(sum(net_revenue), 0) from {{ ref('products') }}) as actual,
        (
            select coalesce(sum(case when product_id is not null then net_revenue end), 0)
            from {{ ref('order_lines') }}
        ) as expected
    from line_totals
    union all
    select
        'revenue_percentiles' as layer,
        (select coalesce(sum(net_revenue), 0) from {{ ref('revenue_percentiles') }}) as actual,
        (
            select coalesce(sum(case when has_positive_revenue then net_revenue end), 0)
            from {{ ref('customer_segment_history') }}
        ) as expected
    from line_totals
    union all
    select
        'data_quality' as layer,
        (
            select coalesce(sum(case when check_group in ('kept', 'rejected') then amount end), 0)
            from {{ ref('data_quality') }}
        ) as actual,
        (select coalesce(sum(case when check_name = 'lines' then amount end), 0) from {{ ref('data_quality') }})
            as expected
    from line_totals
)

select * from totals
where actual <> expected
