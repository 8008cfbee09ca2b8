-- Grain: one row per customer: by which channels they may be reached now, and their contacts.
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

-- Controls of campaigns whose result is still to come.
controls as (
    select distinct campaign_targets.customer_id
    from {{ ref('campaign_targets') }} as campaign_targets
    inner join {{ ref('int_campaigns') }} as int_campaigns
        on campaign_targets.campaign_id = int_campaigns.campaign_id
    where
        campaign_targets.assignment = 'control'
        and int_campaigns.status in ('running', 'measuring')
),

-- Where no contacts are given, nothing is known of consents: the customer ids that an export then
-- carries are joined to contacts elsewhere, and consents have to be looked up there.
consents as (
    select
        customers.customer_id,
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
    left join contacts
        on customers.customer_id = contacts.customer_id
),

reachable as (
    select
        customers.customer_id,

        contacts.email,
        contacts.phone,
        contacts.first_name,
        contacts.last_name,
        contacts.country_code,
        contacts.postal_code,

        consents.has_email_consent and not coalesce(suppressions.is_email_suppressed, false)
            as is_email_allowed,
        consents.has_sms_consent and not coalesce(suppressions.is_sms_suppressed, false)
            as is_sms_allowed,
        consents.has_ads_consent and not coalesce(suppressions.is_ads_suppressed, false)
            as is_ads_allowed,
        not coalesce(suppressions.is_post_suppressed, false) as is_post_allowed,
        {{ is_in_global_control('customers.customer_id') }}
        or controls.customer_id is not null as is_held_back
    from customers
    inner join consents
        on customers.customer_id = consents.customer_id
    left join contacts
        on customers.customer_id = contacts.customer_id
    left join suppressions
        on customers.customer_id = suppressions.customer_id
    left join controls
        on customers.customer_id = controls.customer_id
)

select * from reachable
