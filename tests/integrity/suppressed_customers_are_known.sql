-- Ids of the suppression list that are in neither the orders nor the contacts: a misspelt id
-- protects nobody. It is a warning, because the list may contain customers of other periods.
{{ config(severity='warn') }}

with suppressed_customers as (
    select distinct customer_id from {{ ref('stg_suppressed_customers') }}
),

known_customers as (
    select customer_id from {{ ref('orders') }}
    union
    select customer_id from {{ ref('stg_customer_contacts') }}
),

unknown_customers as (
    select suppressed_customers.customer_id
    from suppressed_customers
    left join known_customers
        on suppressed_customers.customer_id = known_customers.customer_id
    where known_customers.customer_id is null
)

select * from unknown_customers
