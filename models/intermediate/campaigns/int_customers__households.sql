-- Grain: one row per customer who shares an e-mail address or a phone number with another one, and
-- per id that belongs to another customer, as launches may list it. All who are linked by addresses
-- are one household, named by its smallest customer id. A customer who is not here is their own
-- household.
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

step_0 as (
    select
        customer_id,
        address,
        customer_id as household_id
    from counted
    where customer_count > 1
),

-- Each step gives all of a household the smallest id at any of their addresses. A step reads the
-- one before it once: Spark computes it as often as it is read.
{%- for step in range(1, steps + 1) %}
step_{{ step }} as {{ materialized() }} (
    select
        customer_id,
        address,
        min(lowest_id) over (partition by household_id) as household_id
    from (
        select
            customer_id,
            address,
            household_id,
            min(household_id) over (partition by address) as lowest_id
        from step_{{ step - 1 }}
    ) as by_address
),
{%- endfor %}

households as (
    select
        customer_id,
        min(household_id) as household_id,
        max(lowest_id) as other_household_id,
        min(lowest_id) as lowest_id
    from (
        select
            customer_id,
            household_id,
            min(household_id) over (partition by address) as lowest_id
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
            when household_id = lowest_id and household_id = other_household_id then true
            else {{ stop_with(
                "'CUSTOMER_CONTACTS: so many customers in a row share an address with the next "
                ~ "one that households cannot be told. See customers with many phone numbers or "
                ~ "addresses.'"
            ) }}
        end
),

with_aliases as (
    select
        customer_id,
        household_id
    from checked
    union all
    select
        customer_aliases.customer_id,
        coalesce(checked.household_id, customer_aliases.belongs_to) as household_id
    from {{ ref('stg_customer_aliases') }} as customer_aliases
    left join checked
        on customer_aliases.belongs_to = checked.customer_id
)

select * from with_aliases
