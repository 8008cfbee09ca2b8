-- Grain: one row per customer, channel and reason not to contact them, with a plain customer id.
with suppressed_customers as (
    select * from {{ ref('suppressed_customers') }}
),

trimmed as (
    select
        {{ trim_blanks('customer_id') }} as customer_id,
        channel,
        reason
    from suppressed_customers
),

plain as (
    select distinct
        {{ plain_id('customer_id') }} as customer_id,
        channel,
        reason
    from trimmed
)

select * from plain
