-- Grain: one row per id of a customer who is to be forgotten, as a token that does not tell the id,
-- with the token that stands for the person: the same for all ids that belong to them.
-- depends_on: {{ source('raw', 'erased_customers') }}
with source_rows as (
    {{ read_erased_customers() }}
),

customer_aliases as (
    select * from {{ ref('base_customer_aliases') }}
),

trimmed as (
    select {{ trim_blanks('raw_customer_id') }} as customer_id
    from source_rows
),

named as (
    select {{ customer_id_or_null(clean_customer_id('customer_id')) }} as customer_id
    from trimmed
),

people as (
    select distinct coalesce(customer_aliases.belongs_to, named.customer_id) as customer_id
    from named
    left join customer_aliases
        on named.customer_id = customer_aliases.customer_id
    where named.customer_id is not null
),

ids as (
    select
        customer_id,
        customer_id as person_id
    from people
    union
    select
        customer_aliases.customer_id,
        people.customer_id as person_id
    from people
    inner join customer_aliases
        on people.customer_id = customer_aliases.belongs_to
),

tokens as (
    select
        {{ erased_token('customer_id') }} as id_token,
        {{ erased_token('person_id') }} as person_token
    from ids
)

select * from tokens
