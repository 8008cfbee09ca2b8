-- The number of erased customers of whom there is no order line: a misspelt id erases nobody. It is
-- a warning, because their lines may be gone from the input, too.
{{ config(severity='warn') }}

select count(distinct erased_customers.person_token) as unknown_count
from {{ ref('stg_erased_customers') }} as erased_customers
left join {{ ref('orders') }} as orders
    on erased_customers.person_token = orders.customer_id
where orders.customer_id is null
having count(distinct erased_customers.person_token) > 0
