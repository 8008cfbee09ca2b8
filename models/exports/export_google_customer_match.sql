-- Grain: one row per customer who may be reached by ads and is not held back, hashed.
with reachable_customers as (
    select * from {{ ref('int_customers__reachable') }}
    where is_ads_allowed and not is_in_holdout
),

-- The tool matches a postal address by its four parts together, so an incomplete one is useless.
addressed as (
    select
        reachable_customers.*,
        first_name is not null
        and last_name is not null
        and country_code is not null
        and postal_code is not null as has_address
    from reachable_customers
),

hashed as (
    select
        customer_id,

        {{ sha256_hex('email') }} as hashed_email,
        {{ sha256_hex('phone') }} as hashed_phone,
        case when has_address then {{ sha256_hex('lower(first_name)') }} end as hashed_first_name,
        case when has_address then {{ sha256_hex('lower(last_name)') }} end as hashed_last_name,
        case when has_address then country_code end as country_code,
        case when has_address then postal_code end as postal_code
    from addressed
)

select * from hashed
