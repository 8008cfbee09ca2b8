-- Month ends at which the migrations do not include all customers. Each customer of a month's end
-- has one origin, and each customer of the previous month's end has one destination.
with month_ends as (
    select
        as_of_date,
        count(*) as customer_count
    from {{ ref('customer_segment_history') }}
    where is_month_end
    group by 1
),

migrated as (
    select
        as_of_date,
        previous_as_of_date,
        sum(customer_count) as customer_count,
        sum(case when from_segment <> 'not_yet_a_customer' then customer_count else 0 end)
            as known_before_count
    from {{ ref('segment_migrations') }}
    group by 1, 2
),

compared as (
    select
        migrated.as_of_date,
        migrated.customer_count,
        migrated.known_before_count,
        now_there.customer_count as expected_customer_count,
        before_there.customer_count as expected_known_before_count
    from migrated
    inner join month_ends as now_there
        on migrated.as_of_date = now_there.as_of_date
    inner join month_ends as before_there
        on migrated.previous_as_of_date = before_there.as_of_date
)

select * from compared
where
    customer_count <> expected_customer_count
    or known_before_count <> expected_known_before_count
