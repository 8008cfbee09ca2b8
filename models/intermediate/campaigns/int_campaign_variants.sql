-- Grain: one row per campaign and variant of its treatment: which part of the contacted customers
-- gets it. A campaign with only one treatment has one variant, called treatment.
with campaigns as (
    select * from {{ ref('int_campaigns') }}
),

campaign_variants as (
    select * from {{ ref('stg_campaign_variants') }}
),

variants as (
    select
        campaigns.campaign_id,
        coalesce(campaign_variants.variant, 'treatment') as variant,

        coalesce(campaign_variants.channel, campaigns.channel) as channel,
        coalesce(campaign_variants.offer, campaigns.offer) as offer,

        coalesce(campaign_variants.cost_per_contact, campaigns.cost_per_contact)
            as cost_per_contact,
        coalesce(campaign_variants.offer_cost, campaigns.offer_cost) as offer_cost,
        coalesce(campaign_variants.weight, 1e0) as weight
    from campaigns
    left join campaign_variants
        on campaigns.campaign_id = campaign_variants.campaign_id
),

weights as (
    select
        variants.*,
        sum(weight) over variants_so_far as weight_so_far,
        sum(weight) over (partition by campaign_id) as total_weight,
        cast(
            weight / nullif(sum(weight) over (partition by campaign_id), 0e0) as decimal(18, 10)
        ) as treated_share
    from variants
    window variants_so_far as (
        partition by campaign_id order by variant nulls last
        rows between unbounded preceding and current row
    )
),

shares as (
    select
        campaign_id,
        variant,

        channel,
        offer,

        cost_per_contact,
        offer_cost,
        -- The list is decided by the mean over variants, so that it does not depend on which
        -- variant a customer is drawn for.
        round(
            cast(
                sum(treated_share * cost_per_contact) over (partition by campaign_id) as double
            ),
            6
        ) as mean_cost_per_contact,
        round(
            cast(sum(treated_share * offer_cost) over (partition by campaign_id) as double), 6
        ) as mean_offer_cost,

        (weight_so_far - weight) / nullif(total_weight, 0e0) as lowest_share,
        weight_so_far / nullif(total_weight, 0e0) as highest_share
    from weights
)

select * from shares
