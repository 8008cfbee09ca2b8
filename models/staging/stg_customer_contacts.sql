-- Grain: one row per customer with contacts that can be used.
with contacts as (
    select * from {{ ref('stg_customer_contacts__normalised') }}
    where customer_id is not null
),

-- A customer consents only if every one of their rows says so.
consents as (
    select
        customer_id,
        bool_and(has_email_consent) as has_email_consent,
        bool_and(has_sms_consent) as has_sms_consent,
        bool_and(has_ads_consent) as has_ads_consent
    from contacts
    group by 1
),

numbered as (
    select
        contacts.*,
        row_number() over (
            partition by customer_id
            order by
                case when email is not null then 0 else 1 end nulls last,
                case when phone is not null then 0 else 1 end nulls last,
                contact_id nulls last
        ) as row_number_of_customer
    from contacts
    where is_usable
),

first_rows as (
    select
        numbered.contact_id,
        numbered.customer_id,

        numbered.email,
        numbered.phone,
        numbered.first_name,
        numbered.last_name,
        numbered.country,
        numbered.country_code,
        numbered.postal_code,

        -- A consent is of no use without the address or number for its channel.
        consents.has_email_consent and numbered.email is not null as has_email_consent,
        consents.has_sms_consent and numbered.phone is not null as has_sms_consent,
        consents.has_ads_consent
    from numbered
    inner join consents
        on numbered.customer_id = consents.customer_id
    where numbered.row_number_of_customer = 1
)

select * from first_rows
