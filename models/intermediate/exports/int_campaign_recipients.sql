-- Grain: one row per campaign that has not ended and customer on its list to contact: how, and why
-- not. The list is drawn at the launch; consents and addresses are those of now.
-- A launch may list an id that belongs to another customer by now: theirs are the contacts and
-- refusals that count.
with campaign_targets as (
    select
        targets.*,
        coalesce(customer_aliases.belongs_to, targets.customer_id) as current_customer_id
    from {{ ref('campaign_targets') }} as targets
    left join {{ ref('stg_customer_aliases') }} as customer_aliases
        on targets.customer_id = customer_aliases.customer_id
    where targets.assignment = 'treatment'
),

variants as (
    select * from {{ ref('int_campaign_variants') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
    where end_date >= as_of_date
),

contacts as (
    select * from {{ ref('stg_customer_contacts') }}
),

permissions as (
    select * from {{ ref('int_customers__permissions') }}
),

households as (
    select * from {{ ref('int_customers__households') }}
),

launched as (
    {{ people_in_launches(ref('campaign_assignments')) }}
),

-- Contacts may have changed since the launch: the message to one member of a household must not
-- reach another who is held back.
controls as (
    select distinct
        launched.campaign_id,
        coalesce(households.household_id, launched.customer_id) as household_id
    from launched
    left join households
        on launched.customer_id = households.customer_id
    where launched.assignment = 'control'
),

held_from_all as (
    {{ households_held_from_all(ref('campaign_assignments')) }}
),

listed as (
    select
        campaign_targets.campaign_id,
        campaign_targets.rank,
        campaign_targets.customer_id,

        campaign_targets.variant,
        variants.channel,
        campaign_targets.reason,
        case variants.channel
            when 'email' then contacts.email
            when 'sms' then {{ phone_uri('contacts.phone') }}
        end as contact,
        case
            when variants.channel = 'post' then 'not needed'
            else '{{ 'given' if has_customer_contacts() else 'unknown' }}'
        end as consent,

        permissions.customer_id is not null as is_customer,
        permissions.is_suppressed,
        permissions.is_allowed,
        campaign_targets.is_launched,
        coalesce(households.household_id, campaign_targets.customer_id) as household_id,

        campaign_targets.launch_date,
        campaign_targets.end_date
    from campaign_targets
    inner join campaigns
        on campaign_targets.campaign_id = campaigns.campaign_id
    inner join variants
        on
            campaign_targets.campaign_id = variants.campaign_id
            and campaign_targets.variant = variants.variant
    left join contacts
        on campaign_targets.current_customer_id = contacts.customer_id
    left join permissions
        on
            campaign_targets.current_customer_id = permissions.customer_id
            and variants.channel = permissions.channel
    left join households
        on campaign_targets.customer_id = households.customer_id
),

judged as (
    select
        listed.*,
        case
            -- Nobody can tell whether they refuse.
            when not listed.is_customer then 'not_a_customer'
            when listed.is_suppressed then 'suppression_list'
            when not listed.is_allowed and listed.consent = 'given' then 'no_consent'
            when
                held_from_all.household_id is not null
                or {{ is_in_global_control('listed.household_id') }}
                then 'global_control'
            when controls.campaign_id is not null then 'household_is_in_control'
        end as withheld_because
    from listed
    left join controls
        on
            listed.campaign_id = controls.campaign_id
            and listed.household_id = controls.household_id
    left join held_from_all
        on listed.household_id = held_from_all.household_id
),

placed as (
    select
        judged.*,
        row_number() over (
            partition by campaign_id, household_id, withheld_because
            order by rank nulls last
        ) as place_in_household
    from judged
),

recipients as (
    select
        campaign_id,
        rank,
        customer_id,

        variant,
        channel,
        reason,
        contact,
        consent,
        coalesce(
            withheld_because, case when place_in_household > 1 then 'same_household' end
        ) as withheld_because,

        is_launched,

        launch_date,
        end_date
    from placed
)

select * from recipients
