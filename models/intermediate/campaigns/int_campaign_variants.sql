-- Grain: one row per campaign and variant of its treatment: which part of the contacted customers
-- gets it. A launched campaign has the variants of its launch, whatever the seed says now.
with campaigns as (
    select * from {{ ref('int_campaigns') }}
),

campaign_launches as (
    select * from {{ ref('campaign_launches') }}
),

campaign_variants as (
    select * from {{ ref('stg_campaign_variants') }}
),

variants as (
    {%- for variants, is_launched in [
        ('campaign_launches', ''), ('campaign_variants', 'not ')
    ] %}
    select
        campaigns.campaign_id,
        {{ variants }}.variant,

        {{ variants }}.channel,
        {{ variants }}.offer,

        {{ variants }}.cost_per_contact,
        {{ variants }}.offer_cost,
        {{ variants }}.weight
    from campaigns
    inner join {{ variants }}
        on campaigns.campaign_id = {{ variants }}.campaign_id
    where {{ is_launched }}campaigns.is_launched
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
