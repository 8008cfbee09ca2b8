-- Grain: one row per as-of date, customer and grouping (segment, cluster, value_tier): the group
-- that the customer was in then, by what was known then. Beyond 50,000 customers of a date, a
-- sample.
with int_customers__features as (
    select * from {{ ref('int_customers__features') }}
    where is_in_backtest
),

int_customers__segmented as (
    select * from {{ ref('int_customers__segmented') }}
),

int_customers__clustered as (
    select * from {{ ref('int_customers__clustered') }}
),

-- By one model at all dates: the one that is chosen now knows what came.
values_then as (
    select
        as_of_date,
        customer_id,
        round(expected_orders_per_year * expected_order_value, 6) as expected_revenue
    from int_customers__features
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
        int_customers__features.as_of_date,
        int_customers__features.customer_id,
        'segment' as grouping_name,
        int_customers__segmented.segment as group_name
    from int_customers__features
    inner join int_customers__segmented
        on
            int_customers__features.as_of_date = int_customers__segmented.as_of_date
            and int_customers__features.customer_id = int_customers__segmented.customer_id
    union all
    select
        int_customers__features.as_of_date,
        int_customers__features.customer_id,
        'cluster' as grouping_name,
        int_customers__clustered.cluster as group_name
    from int_customers__features
    inner join int_customers__clustered
        on
            int_customers__features.as_of_date = int_customers__clustered.as_of_date
            and int_customers__features.customer_id = int_customers__clustered.customer_id
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
