-- Months whose states do not add up. The active customers of a month are new, retained or
-- reactivated; those of the month before are retained or lapsed.
with customer_lifecycle as (
    select
        customer_lifecycle.*,
        coalesce(lag(active_count) over (order by calendar_month nulls last), 0)
            as active_count_before
    from {{ ref('customer_lifecycle') }} as customer_lifecycle
)

select * from customer_lifecycle
where
    active_count <> new_count + retained_count + reactivated_count
    or active_count_before <> retained_count + lapsed_count
