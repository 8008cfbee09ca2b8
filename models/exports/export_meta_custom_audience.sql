-- Grain: one row per customer who agrees to audiences of advertising tools, hashed, with a value.
with customers as (
    select * from {{ ref('customers') }}
),

contacts as (
    select
        contacts.*,
        -- Without punctuation; blanks within a name stay.
        nullif({{ trim_blanks(
            replace_matches('lower(first_name)', '[^\\p{L}\\p{M}\\p{N} ]')
        ) }}, '') as plain_first_name,
        nullif({{ trim_blanks(
            replace_matches('lower(last_name)', '[^\\p{L}\\p{M}\\p{N} ]')
        ) }}, '') as plain_last_name
    from {{ ref('stg_customer_contacts') }} as contacts
),

hashed as (
    select
        customers.customer_id,

        {{ sha256_hex('contacts.email') }} as hashed_email,
        -- Digits without the plus.
        {{ sha256_hex('substr(contacts.phone, 2)') }} as hashed_phone,
        {{ sha256_hex('contacts.plain_first_name') }} as hashed_first_name,
        {{ sha256_hex('contacts.plain_last_name') }} as hashed_last_name,
        {{ sha256_hex('lower(contacts.country_code)') }} as hashed_country,

        coalesce(customers.clv, 0e0) as customer_value
    from customers
    left join contacts
        on customers.customer_id = contacts.customer_id
    where {{ may_be_reached(
        'contacts.email is not null or contacts.phone is not null',
        'contacts.has_ads_consent'
    ) }}
)

select * from hashed
