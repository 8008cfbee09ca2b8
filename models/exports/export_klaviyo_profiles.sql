-- Grain: one row per customer who agrees to e-mail, with the address to write to.
with customers as (
    select * from {{ ref('customers') }}
),

contacts as (
    select * from {{ ref('stg_customer_contacts') }}
),

profiles as (
    select
        contacts.email,
        -- The tool takes one consent for a whole file: a number that may not be texted stays out.
        case when contacts.has_sms_consent then {{ phone_uri('contacts.phone') }} end
            as phone_number,
        contacts.first_name,
        contacts.last_name,
        contacts.country_code,

        customers.customer_id,
        customers.segment,
        customers.value_tier,
        customers.churn_risk_band,

        customers.order_count,
        cast(customers.net_revenue as double) as net_revenue,
        customers.clv,

        customers.last_order_date,
        customers.as_of_date
    from customers
    left join contacts
        on customers.customer_id = contacts.customer_id
    where {{ may_be_reached('contacts.email is not null', 'contacts.has_email_consent') }}
)

select * from profiles
