-- Texts of the suppression list that name nobody in the orders or the contacts: a misspelt id or
-- address protects nobody. It is a warning, because the list may contain persons of other periods.
{{ config(severity='warn', tags=['campaigns']) }}

with suppressed_customers as (
    select
        listed_as,
        person
    from {{ ref('stg_suppressed_customers') }}
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

unknown as (
    select suppressed_customers.listed_as
    from suppressed_customers
    left join known_persons
        on suppressed_customers.person = known_persons.person
    group by 1
    having count(known_persons.person) = 0
)

select * from unknown
