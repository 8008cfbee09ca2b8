-- Grain: one row per customer: the channels by which they may be contacted now, and their contacts.
-- depends_on: {{ ref('stg_erased_customers') }}
with customers as (
    select * from {{ ref('customers') }}
),

contacts as (
    select * from {{ ref('stg_customer_contacts') }}
),

permissions as (
    select
        customer_id,
        bool_or(channel = 'email' and is_allowed) as is_email_allowed,
        bool_or(channel = 'sms' and is_allowed) as is_sms_allowed,
        bool_or(channel = 'ads' and is_allowed) as is_ads_allowed
    from {{ ref('int_customers__permissions') }}
    group by 1
),

households as (
    select * from {{ ref('int_customers__households') }}
),

launched as (
    {{ people_in_launches(ref('campaign_assignments')) }}
),

-- Control groups of campaigns that are still measured.
controls as (
    select distinct coalesce(households.household_id, launched.customer_id) as household_id
    from launched
    inner join {{ ref('int_campaigns') }} as campaigns
        on launched.campaign_id = campaigns.campaign_id
    left join households
        on launched.customer_id = households.customer_id
    where
        launched.assignment = 'control'
        and campaigns.status in ('running', 'measuring')
),

held_from_all as (
    {{ households_held_from_all(ref('campaign_assignments')) }}
),

people as (
    select
        customers.customer_id,
        coalesce(households.household_id, customers.customer_id) as household_id,

        contacts.email,
        contacts.phone,
        contacts.first_name,
        contacts.last_name,
        contacts.country_code,
        contacts.postal_code,

        coalesce(permissions.is_email_allowed, false) as is_email_allowed,
        coalesce(permissions.is_sms_allowed, false) as is_sms_allowed,
        coalesce(permissions.is_ads_allowed, false) as is_ads_allowed
    from customers
    left join contacts
        on customers.customer_id = contacts.customer_id
    left join permissions
        on customers.customer_id = permissions.customer_id
    left join households
        on customers.customer_id = households.customer_id
),

reachable as (
    select
        people.customer_id,

        people.email,
        people.phone,
        people.first_name,
        people.last_name,
        people.country_code,
        people.postal_code,

        people.is_email_allowed,
        people.is_sms_allowed,
        people.is_ads_allowed,
        {{ is_in_global_control('people.household_id') }}
        or held_from_all.household_id is not null
        or controls.household_id is not null as is_in_holdout
    from people
    left join controls
        on people.household_id = controls.household_id
    left join held_from_all
        on people.household_id = held_from_all.household_id
)

{{ select_without_erased('reachable') }}
