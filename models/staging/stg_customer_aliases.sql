-- Grain: one row per customer id that belongs to another customer, with the last customer of the
-- chain. Of erased customers there are their tokens only, as launches list them.
with customer_aliases as (
    select * from {{ ref('base_customer_aliases') }}
),

erased_customers as (
    select * from {{ ref('stg_erased_customers') }}
),

kept as (
    select
        customer_aliases.customer_id,
        customer_aliases.belongs_to
    from customer_aliases
    left join erased_customers
        on {{ erased_token('customer_aliases.customer_id') }} = erased_customers.id_token
    where erased_customers.id_token is null
    union all
    select
        id_token as customer_id,
        person_token as belongs_to
    from erased_customers
    where id_token <> person_token
)

select * from kept
