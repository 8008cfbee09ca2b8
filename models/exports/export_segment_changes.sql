-- Grain: one row per customer whose segment differs from that at the last month's end.
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
),

-- The last month's end before the current as-of date; if that is a month's end itself, the one
-- before it.
dates as (
    select
        max(case when is_current then as_of_date end) as as_of_date,
        max(case when not is_current then as_of_date end) as previous_as_of_date
    from customer_segment_history
),

segments_now as (
    select
        customer_segment_history.customer_id,
        customer_segment_history.segment,
        customer_segment_history.as_of_date
    from customer_segment_history
    where customer_segment_history.is_current
),

segments_before as (
    select
        customer_segment_history.customer_id,
        customer_segment_history.segment
    from customer_segment_history
    inner join dates
        on customer_segment_history.as_of_date = dates.previous_as_of_date
),

changes as (
    select
        segments_now.customer_id,

        segments_before.segment as previous_segment,
        segments_now.segment,

        dates.previous_as_of_date,
        segments_now.as_of_date
    from segments_now
    cross join dates
    left join segments_before
        on segments_now.customer_id = segments_before.customer_id
    -- A customer who is new since then counts as changed.
    where
        coalesce(segments_before.segment, '') <> segments_now.segment
        and segments_now.customer_id not in (
            select erased_customers.person_token
            from {{ ref('stg_erased_customers') }} as erased_customers
        )
)

select * from changes
