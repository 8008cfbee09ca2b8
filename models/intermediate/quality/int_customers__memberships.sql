-- Grain: one row per as-of date, customer and grouping (segment, cluster, value_tier): the
-- customer's group, from what was known at that date. A date with more than 50,000 customers has a
-- sample.
with features as (
    select * from {{ ref('int_customers__features') }}
    where is_in_backtest
),

segmented_customers as (
    select * from {{ ref('int_customers__segmented') }}
),

clustered_customers as (
    select * from {{ ref('int_customers__clustered') }}
),

-- The same model is used at all dates: the selection of the current one has seen what happened
-- after the earlier dates.
values_then as (
    select
        as_of_date,
        customer_id,
        round(expected_orders_per_year * expected_order_value, 6) as expected_revenue
    from features
),

tiers as (
    select
        as_of_date,
        customer_id,
        {{ value_tier('expected_revenue', 'as_of_date') }} as value_tier
    from values_then
),

memberships as (
    select
        features.as_of_date,
        features.customer_id,
        'segment' as grouping_name,
        segmented_customers.segment as group_name
    from features
    inner join segmented_customers
        on
            features.as_of_date = segmented_customers.as_of_date
            and features.customer_id = segmented_customers.customer_id
    union all
    select
        features.as_of_date,
        features.customer_id,
        'cluster' as grouping_name,
        clustered_customers.cluster as group_name
    from features
    inner join clustered_customers
        on
            features.as_of_date = clustered_customers.as_of_date
            and features.customer_id = clustered_customers.customer_id
    union all
    select
        as_of_date,
        customer_id,
        'value_tier' as grouping_name,
        value_tier as group_name
    from tiers
    where value_tier is not null
)

select * from memberships
