-- Grain: one row per campaign and variant of its treatment. A campaign without a row in the seed
-- has one variant, called treatment; an empty field takes the campaign's value. An invalid row
-- stops the build, and the message names it.
with campaign_variants as (
    select * from {{ ref('campaign_variants') }}
),

campaign_terms as (
    select * from {{ ref('stg_campaigns') }}
),

typed as (
    select
        campaign_variants.campaign_id,
        campaign_variants.variant,
        campaign_terms.campaign_id is not null as is_known,
        count(*) over (partition by campaign_variants.campaign_id, campaign_variants.variant)
            as row_count,
        coalesce(campaign_variants.channel, campaign_terms.channel) as channel,
        coalesce(campaign_variants.offer, campaign_terms.offer) as offer,
        case
            when campaign_variants.cost_per_contact is null then campaign_terms.cost_per_contact
            else try_cast(campaign_variants.cost_per_contact as decimal(18, 4))
        end as cost_per_contact,
        case
            when campaign_variants.offer_cost is null then campaign_terms.offer_cost
            else try_cast(campaign_variants.offer_cost as decimal(18, 4))
        end as offer_cost,
        try_cast(campaign_variants.weight as double) as weight,
        campaign_variants.weight as weight_text
    from campaign_variants
    left join campaign_terms
        on campaign_variants.campaign_id = campaign_terms.campaign_id
),

judged as (
    select
        typed.*,
        case
            when not is_known then 'there is no such campaign in seeds/campaigns.csv'
            when variant is null then 'variant is missing'
            when variant = 'control' then 'variant is control, which is who gets nothing'
            when row_count > 1 then 'the variant stands in more than one row'
            when channel not in ('{{ campaign_channels() | join("', '") }}')
                then
                    'channel is ' || channel
                    || ': it must be {{ campaign_channels() | join(", ") }}'
            when coalesce(cost_per_contact, -1) < 0
                then 'cost_per_contact must be an amount of at least 0'
            when coalesce(offer_cost, -1) < 0 then 'offer_cost must be an amount of at least 0'
            when not coalesce(weight > 0e0 and weight <= 1e6, false)
                then
                    'weight is ' || coalesce(weight_text, 'missing')
                    || ': it must be a number above 0 and at most 1000000'
        end as problem
    from typed
),

checked as (
    select
        campaign_id,
        variant,

        channel,
        offer,

        cost_per_contact,
        offer_cost,
        weight
    from judged
    where
        case
            when problem is null then true
            else {{ stop_with(
                "'seeds/campaign_variants.csv, campaign ' || coalesce(campaign_id, '?')"
                ~ " || ', variant ' || coalesce(variant, '?') || ': ' || problem"
            ) }}
        end
    union all
    select
        campaign_terms.campaign_id,
        'treatment' as variant,

        campaign_terms.channel,
        campaign_terms.offer,

        campaign_terms.cost_per_contact,
        campaign_terms.offer_cost,
        1e0 as weight
    from campaign_terms
    left join campaign_variants
        on campaign_terms.campaign_id = campaign_variants.campaign_id
    where campaign_variants.campaign_id is null
)

select * from checked
