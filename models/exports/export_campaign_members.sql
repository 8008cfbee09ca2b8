-- Grain: one row per campaign not yet over and customer whom it contacts.
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
        case int_campaign_variants.channel
            when 'email' then reachable.email
            when 'sms' then {{ phone_uri('reachable.phone') }}
        end as contact,

        campaign_targets.is_launched,

        campaign_targets.launch_date,
        campaign_targets.end_date
    from campaign_targets
    inner join int_campaigns
        on campaign_targets.campaign_id = int_campaigns.campaign_id
    inner join int_campaign_variants
        on
            campaign_targets.campaign_id = int_campaign_variants.campaign_id
            and campaign_targets.variant = int_campaign_variants.variant
    inner join int_customers__reachable as reachable
        on campaign_targets.customer_id = reachable.customer_id
    -- A list is drawn at the launch: who withdrew their consent since, or was suppressed, is not
    -- contacted any more, and nobody is once the campaign is over.
    where
        int_campaigns.end_date >= int_campaigns.as_of_date
        and case int_campaign_variants.channel
            {%- for channel in campaign_channels() %}
            when '{{ channel }}' then reachable.is_{{ channel }}_allowed
            {%- endfor %}
        end
)

select * from members
