-- One row per campaign and arm whose sums differ. Each household is in one segment and one arm of
-- the campaign: households, orders, revenue and cost of the segments must add up to those of the
-- campaign, and the households of the campaign to its members.
with campaign_arms as (
    select * from {{ ref('int_campaign_arms') }}
),

campaign_members as (
    select * from {{ ref('int_campaign_members') }}
),

campaigns as (
    select * from campaign_arms
    where scope = 'campaign'
),

segments as (
    select
        campaign_id,
        arm,
        sum(customer_count) as customer_count,
        sum(responder_count) as responder_count,
        sum(order_count) as order_count,
        sum(net_revenue) as net_revenue,
        sum(prior_revenue) as prior_revenue,
        sum(campaign_cost) as campaign_cost
    from campaign_arms
    where scope = 'segment'
    group by 1, 2
),

assigned as (
    select
        campaign_id,
        assignment as arm,
        count(*) as customer_count
    from campaign_members
    group by 1, 2
),

differing as (
    select
        coalesce(campaigns.campaign_id, assigned.campaign_id) as campaign_id,
        coalesce(campaigns.arm, assigned.arm) as arm,
        campaigns.customer_count,
        segments.customer_count as segment_customer_count,
        assigned.customer_count as assigned_count
    from campaigns
    left join segments
        on
            campaigns.campaign_id = segments.campaign_id
            and campaigns.arm = segments.arm
    full outer join assigned
        on
            campaigns.campaign_id = assigned.campaign_id
            and campaigns.arm = assigned.arm
    where
        segments.campaign_id is null
        or campaigns.customer_count <> segments.customer_count
        or campaigns.responder_count <> segments.responder_count
        or campaigns.order_count <> segments.order_count
        or campaigns.net_revenue <> segments.net_revenue
        or campaigns.prior_revenue <> segments.prior_revenue
        or campaigns.campaign_cost <> segments.campaign_cost
        or (
            campaigns.campaign_id <> 'all_campaigns'
            and campaigns.customer_count <> coalesce(assigned.customer_count, 0)
        )
)

select * from differing
