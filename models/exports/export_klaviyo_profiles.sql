-- Grain: one row per customer who may be reached by e-mail.
with customers as (
    select * from {{ ref('customers') }}
),

int_customers__reachable as (
    select * from {{ ref('int_customers__reachable') }}
    where is_email_allowed
),

profiles as (
    select
        reachable.email,
        -- The tool takes one consent for a whole file: a number that may not be texted stays out.
        case when reachable.is_sms_allowed then {{ phone_uri('reachable.phone') }} end
            as phone_number,
        reachable.first_name,
        reachable.last_name,
        reachable.country_code,

        customers.customer_id,
        customers.segment,
        customers.value_tier,
        customers.churn_risk_band,

        customers.order_count,
        customers.net_revenue,
        customers.clv,

        reachable.is_held_back,

        customers.last_order_date,
        customers.as_of_date
    from customers
    inner join int_customers__reachable as reachable
        on customers.customer_id = reachable.customer_id
)

select * from profiles
