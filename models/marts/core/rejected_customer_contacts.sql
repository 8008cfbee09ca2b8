-- Grain: one row per row of the contacts and reason why the row, or a part of it, is not used.
with contacts as (
    select * from {{ ref('stg_customer_contacts__normalised') }}
),

contacts_as_text as (
    select * from {{ ref('base_customer_contacts') }}
),

used_contacts as (
    select contact_id from {{ ref('stg_customer_contacts') }}
),

known_customers as (
    select distinct customer_id from {{ ref('order_lines') }}
    where customer_id is not null
),

compared as (
    select
        contacts.*,
        used_contacts.contact_id is not null as is_used,
        known_customers.customer_id is not null as is_customer
    from contacts
    left join used_contacts
        on contacts.contact_id = used_contacts.contact_id
    left join known_customers
        on contacts.customer_id = known_customers.customer_id
),

reasons as (
    select
        compared.contact_id,
        reasons.rejection_reason,
        compared.customer_id,
        compared.is_used,
        case reasons.rejection_reason
            when 'missing_customer_id' then compared.customer_id is null
            when 'not_a_customer' then compared.customer_id is not null and not compared.is_customer
            when 'no_contact' then not compared.is_usable
            when 'repeated_customer'
                then
                    compared.customer_id is not null
                    and compared.is_usable
                    and not compared.is_used
            when 'malformed_email' then compared.has_malformed_email
            when 'malformed_phone' then compared.has_malformed_phone
            when 'unknown_country' then compared.has_unknown_country
            when 'unreadable_consent' then compared.has_unreadable_consent
        end as is_met
    from compared
    cross join (
        values
        ('missing_customer_id'),
        ('not_a_customer'),
        ('no_contact'),
        ('repeated_customer'),
        ('malformed_email'),
        ('malformed_phone'),
        ('unknown_country'),
        ('unreadable_consent')
    ) as reasons (rejection_reason)
),

rejected as (
    select
        reasons.contact_id,
        reasons.rejection_reason,
        reasons.customer_id,

        contacts_as_text.raw_customer_id,
        contacts_as_text.raw_email,
        contacts_as_text.raw_phone,
        contacts_as_text.raw_country,
        contacts_as_text.raw_postal_code,
        contacts_as_text.raw_first_name,
        contacts_as_text.raw_last_name,
        contacts_as_text.raw_email_consent,
        contacts_as_text.raw_sms_consent,
        contacts_as_text.raw_ads_consent,
        not reasons.is_used as is_left_out
    from reasons
    inner join contacts_as_text
        on reasons.contact_id = contacts_as_text.contact_id
    where reasons.is_met
)

select * from rejected
