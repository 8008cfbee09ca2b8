-- Grain: one row per customer who may be reached by ads and is not held back, hashed, with a value.
with customers as (
    select * from {{ ref('customers') }}
),

reachable_customers as (
    select * from {{ ref('int_customers__reachable') }}
    where is_ads_allowed and not is_in_holdout
),

plain as (
    select
        customers.customer_id,

        reachable.email,
        -- Meta hashes the digits without the plus.
        substr(reachable.phone, 2) as phone,
        {{ without_punctuation('lower(reachable.first_name)') }} as first_name,
        {{ without_punctuation('lower(reachable.last_name)') }} as last_name,
        lower(reachable.country_code) as country_code,

        coalesce(customers.clv, 0e0) as customer_value
    from customers
    inner join reachable_customers as reachable
        on customers.customer_id = reachable.customer_id
),

hashed as (
    select
        customer_id,

        {{ sha256_hex('email') }} as hashed_email,
        {{ sha256_hex('phone') }} as hashed_phone,
        {{ sha256_hex('first_name') }} as hashed_first_name,
        {{ sha256_hex('last_name') }} as hashed_last_name,
        {{ sha256_hex('country_code') }} as hashed_country,

        customer_value
    from plain
)

select * from hashed
