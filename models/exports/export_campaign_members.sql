-- Grain: one row per campaign that has not ended and customer whom it contacts.
with campaign_targets as (
    select * from {{ ref('campaign_targets') }}
    where assignment = 'treatment'
),

variants as (
    select * from {{ ref('int_campaign_variants') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

reachable_customers as (
    select * from {{ ref('int_customers__reachable') }}
),

members as (
    select
        campaign_targets.campaign_id,
        campaign_targets.rank,
        campaign_targets.customer_id,

        campaign_targets.variant,
        variants.channel,
        campaign_targets.reason,
        case variants.channel
            when 'email' then reachable.email
            when 'sms' then {{ phone_uri('reachable.phone') }}
        end as contact,

        campaign_targets.is_launched,

        campaign_targets.launch_date,
        campaign_targets.end_date
    from campaign_targets
    inner join campaigns
        on campaign_targets.campaign_id = campaigns.campaign_id
    inner join variants
        on
            campaign_targets.campaign_id = variants.campaign_id
            and campaign_targets.variant = variants.variant
    inner join reachable_customers as reachable
        on campaign_targets.customer_id = reachable.customer_id
    -- The list is drawn at the launch. Customers who have since withdrawn their consent, or were
    -- suppressed, are not contacted any more, and nobody is once the campaign has ended.
    where
        campaigns.end_date >= campaigns.as_of_date
        and case variants.channel
            {%- for channel in campaign_channels() %}
            when '{{ channel }}' then reachable.is_{{ channel }}_allowed
            {%- endfor %}
        end
)

select * from members
