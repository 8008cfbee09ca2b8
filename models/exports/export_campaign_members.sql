-- Grain: one row per campaign and customer whom it contacts.
with campaign_targets as (
    select * from {{ ref('campaign_targets') }}
    where assignment = 'treatment'
),

int_campaign_variants as (
    select * from {{ ref('int_campaign_variants') }}
),

int_campaigns as (
    select * from {{ ref('int_campaigns') }}
),

int_customers__reachable as (
    select * from {{ ref('int_customers__reachable') }}
),

members as (
    select
        campaign_targets.campaign_id,
        campaign_targets.rank,
        campaign_targets.customer_id,

        campaign_targets.variant,
        int_campaign_variants.channel,
        campaign_targets.reason,
        -- Nobody is written to once the campaign is over, or after they withdrew their consent.
        case
            when coalesce(int_campaigns.end_date < int_campaigns.as_of_date, true) then null
            when int_campaign_variants.channel = 'email' and reachable.is_email_allowed
                then reachable.email
            when int_campaign_variants.channel = 'sms' and reachable.is_sms_allowed
                then {{ phone_uri('reachable.phone') }}
        end as contact,

        campaign_targets.is_launched,

        campaign_targets.launch_date,
        campaign_targets.end_date
    from campaign_targets
    left join int_campaigns
        on campaign_targets.campaign_id = int_campaigns.campaign_id
    left join int_campaign_variants
        on
            campaign_targets.campaign_id = int_campaign_variants.campaign_id
            and campaign_targets.variant = int_campaign_variants.variant
    left join int_customers__reachable as reachable
        on campaign_targets.customer_id = reachable.customer_id
)

select * from members
