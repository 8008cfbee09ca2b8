-- Grain: one row per customer who shares an e-mail address or a phone number with another one. All
-- who are linked by addresses are one household, named by its smallest customer id. A customer who
-- is not here is a household of their own.
{%- set steps = 12 %}
with contacts as (
    select * from {{ ref('stg_customer_contacts__normalised') }}
    where customer_id is not null
),

addresses as (
    select
        customer_id,
        'mailto:' || email as address
    from contacts
    where email is not null
    union
    select
        customer_id,
        'tel:' || phone as address
    from contacts
    where phone is not null
),

counted as (
    select
        customer_id,
        address,
        count(*) over (partition by address) as customer_count
    from addresses
),

shared as (
    select
        customer_id,
        address
    from counted
    where customer_count > 1
),

step_0 as (
    select
        shared.customer_id,
        shared.address,
        shared.customer_id as household_id
    from shared
),

-- Each step takes the smallest id over one more address: first of the address, then of the
-- customer.
{%- for step in range(1, steps + 1) %}
step_{{ step }} as {{ materialized() }} (
    select
        customer_id,
        address,
        min(household_id) over (partition by customer_id) as household_id
    from (
        select
            customer_id,
            address,
            min(household_id) over (partition by address) as household_id
        from step_{{ step - 1 }}
    ) as by_address
),
{%- endfor %}

households as (
    select
        customer_id,
        min(household_id) as household_id,
        max(household_id) as other_household_id
    from (
        select
            customer_id,
            min(household_id) over (partition by address) as household_id
        from step_{{ steps }}
    ) as by_address
    group by 1
),

checked as (
    select
        customer_id,
        household_id
    from households
    where
        case
            when household_id = other_household_id then true
            else {{ stop_with(
                "'CUSTOMER_CONTACTS: more than " ~ steps ~ " customers in a row share an address "
                ~ "with the next one. See customers with many phone numbers or addresses.'"
            ) }}
        end
)

select * from checked
