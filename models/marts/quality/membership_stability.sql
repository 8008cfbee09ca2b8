-- Grain: one row per month's end after the first, and grouping: how many customers stayed in their
-- group.
with memberships as (
    select memberships.*
    from {{ ref('int_customers__memberships') }} as memberships
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on memberships.as_of_date = as_of_dates.as_of_date
    where as_of_dates.is_month_end
),

moves as (
    select
        now.as_of_date,
        now.grouping_name,
        earlier.group_name as group_before,
        now.group_name as group_now,
        count(*) as customer_count
    from memberships as now
    inner join memberships as earlier
        on
            now.customer_id = earlier.customer_id
            and now.grouping_name = earlier.grouping_name
            and earlier.as_of_date
            = cast({{ dbt.dateadd('month', -1, 'now.as_of_date') }} as date)
    group by 1, 2, 3, 4
),

totals as (
    select
        as_of_date,
        grouping_name,
        cast(sum(customer_count) as double) as customer_count,
        cast(sum(case when group_before = group_now then customer_count else 0 end) as double)
            as stayed_count
    from moves
    group by 1, 2
),

sizes_before as (
    select
        as_of_date,
        grouping_name,
        group_before as group_name,
        cast(sum(customer_count) as double) as customer_count
    from moves
    group by 1, 2, 3
),

sizes_now as (
    select
        as_of_date,
        grouping_name,
        group_now as group_name,
        cast(sum(customer_count) as double) as customer_count
    from moves
    group by 1, 2, 3
),

by_chance as (
    select
        sizes_before.as_of_date,
        sizes_before.grouping_name,
        sum(sizes_before.customer_count * sizes_now.customer_count) as stayed_pairs
    from sizes_before
    inner join sizes_now
        on
            sizes_before.as_of_date = sizes_now.as_of_date
            and sizes_before.grouping_name = sizes_now.grouping_name
            and sizes_before.group_name = sizes_now.group_name
    group by 1, 2
),

shares as (
    select
        totals.as_of_date,
        totals.grouping_name,
        cast(totals.customer_count as integer) as customer_count,
        totals.stayed_count / nullif(totals.customer_count, 0e0) as stayed_share,
        coalesce(by_chance.stayed_pairs, 0e0) / nullif(power(totals.customer_count, 2), 0e0)
            as stayed_by_chance_share
    from totals
    left join by_chance
        on
            totals.as_of_date = by_chance.as_of_date
            and totals.grouping_name = by_chance.grouping_name
),

stability as (
    select
        shares.*,
        -- Cohen's (1960) kappa; null where all are in one group.
        (stayed_share - stayed_by_chance_share) / nullif(1e0 - stayed_by_chance_share, 0e0)
            as kappa
    from shares
)

select * from stability
