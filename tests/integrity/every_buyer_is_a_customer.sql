-- Customer ids of orders that are missing in customers, and customers without an order. Customers
-- who returned all their purchases are in customers, too.
with buyers as (
    select distinct customer_id from {{ ref('orders') }}
    where not is_guest
),

customers as (
    select customer_id from {{ ref('customers') }}
),

compared as (
    select
        buyers.customer_id as buyer_id,
        customers.customer_id
    from buyers
    full outer join customers
        on buyers.customer_id = customers.customer_id
)

select * from compared
where
    buyer_id is null
    or customer_id is null
