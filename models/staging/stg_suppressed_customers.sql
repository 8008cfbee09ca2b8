-- Grain: one row per customer, channel and reason not to contact them. The customer id is the one
-- that orders have.
with suppressed_customers as (
    select
        {{ trim_blanks('customer_id') }} as customer_id,
        channel,
        reason
    from {{ ref('suppressed_customers') }}
),

customer_aliases as (
    select * from {{ ref('stg_customer_aliases') }}
),

cleaned as (
    select
        {{ customer_id_or_null(clean_customer_id('customer_id')) }} as customer_id,
        channel,
        reason
    from suppressed_customers
),

named as (
    select distinct
        coalesce(customer_aliases.belongs_to, cleaned.customer_id) as customer_id,
        cleaned.channel,
        cleaned.reason
    from cleaned
    left join customer_aliases
        on cleaned.customer_id = customer_aliases.customer_id
)

select * from named
