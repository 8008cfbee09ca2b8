-- Grain: one row per customer: the channels by which they may be contacted now, and their contacts.
with customers as (
    select * from {{ ref('customers') }}
),

contacts as (
    select * from {{ ref('stg_customer_contacts') }}
),

suppressions as (
    select
        customer_id,
        bool_or(coalesce(channel, 'email') = 'email') as is_email_suppressed,
        bool_or(coalesce(channel, 'sms') = 'sms') as is_sms_suppressed,
        bool_or(coalesce(channel, 'ads') = 'ads') as is_ads_suppressed,
        bool_or(coalesce(channel, 'post') = 'post') as is_post_suppressed
    from {{ ref('stg_suppressed_customers') }}
    group by 1
),

-- Control groups of campaigns that are still measured.
controls as (
    select distinct campaign_targets.customer_id
    from {{ ref('campaign_targets') }} as campaign_targets
    inner join {{ ref('int_campaigns') }} as campaigns
        on campaign_targets.campaign_id = campaigns.campaign_id
    where
        campaign_targets.assignment = 'control'
        and campaigns.status in ('running', 'measuring')
),

-- A person with contacts but without orders is included: their address may also be a customer's.
people as (
    select
        coalesce(customers.customer_id, contacts.customer_id) as customer_id,
        customers.customer_id is not null as is_customer,

        contacts.email,
        contacts.phone,
        contacts.first_name,
        contacts.last_name,
        contacts.country_code,
        contacts.postal_code,

        -- Where no contacts are given, consents are unknown. An export then holds customer ids,
        -- which are joined to contacts elsewhere, and consents have to be checked there.
        {% if has_customer_contacts() -%}
        coalesce(contacts.has_email_consent, false) as has_email_consent,
        coalesce(contacts.has_sms_consent, false) as has_sms_consent,
        coalesce(contacts.has_ads_consent, false) as has_ads_consent
        {%- else -%}
        true as has_email_consent,
        true as has_sms_consent,
        true as has_ads_consent
        {%- endif %}
    from customers
    full outer join contacts
        on customers.customer_id = contacts.customer_id
),

flagged as (
    select
        people.*,

        people.has_email_consent and not coalesce(suppressions.is_email_suppressed, false)
            as agrees_to_email,
        people.has_sms_consent and not coalesce(suppressions.is_sms_suppressed, false)
            as agrees_to_sms,
        people.has_ads_consent and not coalesce(suppressions.is_ads_suppressed, false)
            as agrees_to_ads,
        not coalesce(suppressions.is_post_suppressed, false) as is_post_allowed,
        {{ is_in_global_control('people.customer_id') }}
        or controls.customer_id is not null as is_control,

        -- A customer without an address shares it with nobody.
        coalesce(people.email, people.customer_id) as email_or_id,
        coalesce(people.phone, people.customer_id) as phone_or_id
    from people
    left join suppressions
        on people.customer_id = suppressions.customer_id
    left join controls
        on people.customer_id = controls.customer_id
),

-- An address is used only where all people with that address agree.
shared as (
    select
        flagged.*,
        bool_and(agrees_to_email) over (partition by email_or_id) as is_email_allowed,
        bool_and(agrees_to_sms) over (partition by phone_or_id) as is_sms_allowed,
        bool_and(agrees_to_ads) over (partition by email_or_id)
        and bool_and(agrees_to_ads) over (partition by phone_or_id) as is_ads_allowed,
        bool_or(is_control) over (partition by email_or_id)
        or bool_or(is_control) over (partition by phone_or_id) as is_in_holdout
    from flagged
),

reachable as (
    select
        customer_id,

        email,
        phone,
        first_name,
        last_name,
        country_code,
        postal_code,

        is_email_allowed,
        is_sms_allowed,
        is_ads_allowed,
        is_post_allowed,
        is_in_holdout
    from shared
    where is_customer
)

select * from reachable
