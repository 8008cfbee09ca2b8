-- One row per mart that differs. Customers and revenue of the clusters, and of the cross table of
-- clusters and segments, must equal those of all customers with an order day.
with expected as (
    select
        count(*) as customer_count,
        sum(features.net_revenue) as net_revenue
    from {{ ref('int_customers__features') }} as features
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on
            features.as_of_date = as_of_dates.as_of_date
            and as_of_dates.is_current
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
    -- Without a cluster fit, the marts are empty and the sums are null.
    actual.customer_count is not null
    and (
        actual.customer_count <> expected.customer_count
        or actual.net_revenue <> expected.net_revenue
    )
