-- Grain: one row per campaign, scope (campaign, segment, variant), value of the scope, and arm
-- (treatment, control). It holds the sums from which the arms are compared. A variant is compared
-- with the whole control group.
with campaign_outcomes as (
    select * from {{ ref('int_campaign_outcomes') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

variants as (
    select * from {{ ref('int_campaign_variants') }}
),

tried_variants as (
    select
        variants.campaign_id,
        variants.variant,
        variants.highest_share - variants.lowest_share as treated_share,
        count(*) over (partition by variants.campaign_id) as variant_count
    from variants
),

control_shares as (
    select
        campaign_id,
        control_share,
        has_given_recipients
    from campaigns
    union all
    select
        'all_campaigns' as campaign_id,
        {{ number_var('global_control_share', 0, 1) }} as control_share,
        false as has_given_recipients
),

scoped as (
    select
        campaign_outcomes.*,
        'campaign' as scope,
        'all' as scope_value
    from campaign_outcomes
    union all
    select
        campaign_outcomes.*,
        'segment' as scope,
        campaign_outcomes.segment as scope_value
    from campaign_outcomes
    union all
    select
        campaign_outcomes.*,
        'variant' as scope,
        tried_variants.variant as scope_value
    from campaign_outcomes
    inner join tried_variants
        on
            campaign_outcomes.campaign_id = tried_variants.campaign_id
            and tried_variants.variant_count > 1
            and tried_variants.variant
            = coalesce(campaign_outcomes.variant, tried_variants.variant)
),

sums as (
    select
        campaign_id,
        scope,
        scope_value,
        assignment as arm,

        count(*) as customer_count,
        sum(case when has_responded then 1 else 0 end) as responder_count,
        sum(case when has_redeemed then 1 else 0 end) as redemption_count,
        sum(order_count) as order_count,
        sum(order_count * order_count) as order_count_squares,
        sum(net_revenue) as net_revenue,
        {{ sum_exactly('power(cast(net_revenue as double), 2)', places=4) }}
            as net_revenue_squares,
        sum(prior_revenue) as prior_revenue,
        {{ sum_exactly('power(cast(prior_revenue as double), 2)', places=4) }}
            as prior_revenue_squares,
        {{ sum_exactly(
            'cast(net_revenue as double) * cast(prior_revenue as double)', places=4
        ) }} as revenue_products,
        sum(campaign_cost) as campaign_cost
    from scoped
    group by 1, 2, 3, 4
),

-- An arm without customers has a row, too: customers may have been planned for it.
both_arms as (
    select distinct
        sums.campaign_id,
        sums.scope,
        sums.scope_value,
        arm_names.arm
    from sums
    cross join (values ('treatment'), ('control')) as arm_names (arm)
),

arms as (
    select
        both_arms.campaign_id,
        both_arms.scope,
        both_arms.scope_value,
        both_arms.arm,

        -- Given recipients were not drawn by the seed's shares.
        case
            when control_shares.has_given_recipients then null
            when both_arms.arm = 'control' then control_shares.control_share
            else coalesce(tried_variants.treated_share, 1e0) * (1e0 - control_shares.control_share)
        end as planned_share,
        cast(coalesce(sums.customer_count, 0) as integer) as customer_count,
        cast(coalesce(sums.responder_count, 0) as integer) as responder_count,
        cast(coalesce(sums.redemption_count, 0) as integer) as redemption_count,
        cast(coalesce(sums.order_count, 0) as integer) as order_count,
        cast(coalesce(sums.order_count_squares, 0) as double) as order_count_squares,
        cast(coalesce(sums.net_revenue, 0) as decimal(18, 4)) as net_revenue,
        coalesce(sums.net_revenue_squares, 0e0) as net_revenue_squares,
        cast(coalesce(sums.prior_revenue, 0) as decimal(18, 4)) as prior_revenue,
        coalesce(sums.prior_revenue_squares, 0e0) as prior_revenue_squares,
        coalesce(sums.revenue_products, 0e0) as revenue_products,
        cast(coalesce(sums.campaign_cost, 0) as decimal(18, 4)) as campaign_cost
    from both_arms
    inner join control_shares
        on both_arms.campaign_id = control_shares.campaign_id
    left join tried_variants
        on
            both_arms.campaign_id = tried_variants.campaign_id
            and both_arms.scope = 'variant'
            and both_arms.scope_value = tried_variants.variant
    left join sums
        on
            both_arms.campaign_id = sums.campaign_id
            and both_arms.scope = sums.scope
            and both_arms.scope_value = sums.scope_value
            and both_arms.arm = sums.arm
)

select * from arms
