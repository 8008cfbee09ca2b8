-- Rows of the suppression list that name no customer of the orders and none of the contacts: a
-- misspelt id protects nobody. A warning, since a list may be older than the orders.
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
