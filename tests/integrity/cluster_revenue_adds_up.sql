-- Where clusters are fitted, the customers and the revenue of clusters, and of the cross table with
-- segments, are those of all customers with an order day. One row for each that differs.
with expected as (
    select
        count(*) as customer_count,
        sum(int_customers__features.net_revenue) as net_revenue
    from {{ ref('int_customers__features') }} as int_customers__features
    inner join {{ ref('int_as_of_dates') }} as int_as_of_dates
        on
            int_customers__features.as_of_date = int_as_of_dates.as_of_date
            and int_as_of_dates.is_current
),

actual as (
    select
        'clusters' as layer,
        sum(customer_count) as customer_count,
        sum(net_revenue) as net_revenue
    from {{ ref('clusters') }}
    union all
    select
        'cluster_by_segment' as layer,
        sum(customer_count) as customer_count,
        sum(net_revenue) as net_revenue
    from {{ ref('cluster_by_segment') }}
)

select
    actual.layer,
    actual.customer_count,
    actual.net_revenue,
    expected.customer_count as expected_customer_count,
    expected.net_revenue as expected_net_revenue
from actual
cross join expected
where
    -- No sum where nothing was fitted.
    actual.customer_count is not null
    and (
        actual.customer_count <> expected.customer_count
        or actual.net_revenue <> expected.net_revenue
    )
