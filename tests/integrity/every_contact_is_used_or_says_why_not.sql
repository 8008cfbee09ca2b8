-- Each row of the contacts must be either in stg_customer_contacts or rejected with a reason, and
-- only once.
with contacts as (
    select contact_id from {{ ref('base_customer_contacts') }}
),

accounted_for as (
    select contact_id from {{ ref('stg_customer_contacts') }}
    union all
    select distinct contact_id from {{ ref('rejected_customer_contacts') }}
    where is_left_out
),

counted as (
    select
        contacts.contact_id,
        count(accounted_for.contact_id) as place_count
    from contacts
    left join accounted_for
        on contacts.contact_id = accounted_for.contact_id
    group by 1
)

select * from counted
where place_count <> 1
