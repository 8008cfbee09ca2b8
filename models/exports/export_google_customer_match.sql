-- Grain: one row per customer who agrees to audiences of advertising tools, hashed.
with customers as (
    select * from {{ ref('customers') }}
),

contacts as (
    select * from {{ ref('stg_customer_contacts') }}
),

-- A postal address is matched by its four parts together; with one missing it is of no use there.
addressed as (
    select
        contacts.*,
        first_name is not null
        and last_name is not null
        and country_code is not null
        and postal_code is not null as has_address
    from contacts
),

hashed as (
    select
        customers.customer_id,

        {{ sha256_hex('addressed.email') }} as hashed_email,
        {{ sha256_hex('addressed.phone') }} as hashed_phone,
        case when addressed.has_address then {{ sha256_hex('lower(addressed.first_name)') }} end
            as hashed_first_name,
        case when addressed.has_address then {{ sha256_hex('lower(addressed.last_name)') }} end
            as hashed_last_name,
        case when addressed.has_address then addressed.country_code end as country_code,
        case when addressed.has_address then addressed.postal_code end as postal_code
    from customers
    left join addressed
        on customers.customer_id = addressed.customer_id
    where {{ may_be_reached(
        'addressed.email is not null or addressed.phone is not null or addressed.has_address',
        'addressed.has_ads_consent'
    ) }}
)

select * from hashed
