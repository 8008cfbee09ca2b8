-- Persons of the suppression list who are in neither the orders nor the contacts: a misspelt id or
-- address protects nobody. It is a warning, because the list may contain persons of other periods.
{{ config(severity='warn', tags=['campaigns']) }}

with suppressed_customers as (
    select distinct person from {{ ref('stg_suppressed_customers') }}
    where coalesce(reason, '') <> 'erased'
),

known_persons as (
    select customer_id as person from {{ ref('orders') }}
    union
    select customer_id as person from {{ ref('stg_customer_contacts__normalised') }}
    union
    select email as person from {{ ref('stg_customer_contacts__normalised') }}
    union
    select phone as person from {{ ref('stg_customer_contacts__normalised') }}
),

unknown_persons as (
    select suppressed_customers.person
    from suppressed_customers
    left join known_persons
        on suppressed_customers.person = known_persons.person
    where known_persons.person is null
)

select * from unknown_persons
