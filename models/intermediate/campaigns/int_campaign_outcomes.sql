-- Grain: one row per launched campaign and customer whom it contacted or held back: orders and
-- revenue from the launch until the measurement ends, as known then, and revenue in the year
-- before. The campaign `all_campaigns` compares customers who are held back from all campaigns with
-- all others whom a campaign could have contacted, from the first such launch until the last
-- measurement ends.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
    where is_launched
),

variants as (
    select * from {{ ref('int_campaign_variants') }}
),

customer_order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where is_order_day
),

-- A customer enters `all_campaigns` with the first campaign that could have contacted them. No
-- campaign had contacted them until then, so no campaign's effect decides who is compared, or from
-- when on. A campaign that was removed from the seed is excluded: its costs and days are unknown.
first_chances as (
    select
        campaign_assignments.*,
        row_number() over (
            partition by campaign_assignments.customer_id
            order by
                campaign_assignments.launch_date nulls last,
                campaign_assignments.campaign_id nulls last
        ) as chance
    from campaign_assignments
    inner join campaigns
        on campaign_assignments.campaign_id = campaigns.campaign_id
    where
        campaign_assignments.suppressed_because is null
        or campaign_assignments.suppressed_because
        not in ('suppression_list', 'no_consent', 'empty_audience')
),

last_measurement as (
    select max(measured_until) as measured_until
    from campaigns
),

members as (
    select
        campaign_assignments.campaign_id,
        campaign_assignments.customer_id,
        campaign_assignments.assignment,
        campaign_assignments.variant,
        campaign_assignments.segment,
        campaign_assignments.launch_date,
        campaigns.measured_until
    from campaign_assignments
    inner join campaigns
        on campaign_assignments.campaign_id = campaigns.campaign_id
    where campaign_assignments.assignment is not null
    union all
    select
        'all_campaigns' as campaign_id,
        first_chances.customer_id,
        case
            when first_chances.suppressed_because = 'global_control' then 'control'
            else 'treatment'
        end as assignment,
        cast(null as {{ dbt.type_string() }}) as variant,
        first_chances.segment,
        first_chances.launch_date,
        last_measurement.measured_until
    from first_chances
    cross join last_measurement
    where first_chances.chance = 1
),

dated_members as (
    select
        members.*,
        cast({{ dbt.dateadd('day', -365, 'launch_date') }} as date) as prior_start_date
    from members
),

-- An order counts for every campaign in whose measured days it falls. Campaigns draw their arms
-- independently of each other, so the effect of one campaign is equal in both arms of another.
order_days as (
    select
        members.campaign_id,
        members.customer_id,
        customer_order_days.order_date >= members.launch_date as is_after_launch,
        customer_order_days.order_count,
        customer_order_days.net_revenue
    from dated_members as members
    inner join customer_order_days
        on
            members.customer_id = customer_order_days.customer_id
            and members.measured_until > customer_order_days.order_date
            and members.prior_start_date <= customer_order_days.order_date
            -- the version known at the end of the period that the order is in: at the launch for
            -- prior revenue, at the end of the measurement for the outcome
            and case
                when members.launch_date <= customer_order_days.order_date
                    then members.measured_until
                else members.launch_date
            end > customer_order_days.valid_from_date
            and case
                when members.launch_date <= customer_order_days.order_date
                    then members.measured_until
                else members.launch_date
            end <= customer_order_days.valid_to_date
),

sums as (
    select
        campaign_id,
        customer_id,
        sum(case when is_after_launch then order_count else 0 end) as order_count,
        sum(case when is_after_launch then net_revenue else 0 end) as net_revenue,
        sum(case when is_after_launch then 0 else net_revenue end) as prior_revenue
    from order_days
    group by 1, 2
),

outcomes as (
    select
        members.*,
        coalesce(sums.order_count, 0) > 0 as has_responded,
        cast(coalesce(sums.order_count, 0) as integer) as order_count,
        cast(coalesce(sums.net_revenue, 0) as decimal(18, 4)) as net_revenue,
        cast(coalesce(sums.prior_revenue, 0) as decimal(18, 4)) as prior_revenue
    from members
    left join sums
        on
            members.campaign_id = sums.campaign_id
            and members.customer_id = sums.customer_id
),

-- Every customer who ordered takes the offer, also one who would have ordered anyway.
costs as (
    select
        outcomes.campaign_id,
        outcomes.customer_id,
        variants.cost_per_contact
        + case when outcomes.has_responded then variants.offer_cost else 0 end
            as campaign_cost
    from outcomes
    inner join variants
        on
            outcomes.campaign_id = variants.campaign_id
            and outcomes.variant = variants.variant
),

all_costs as (
    select
        campaign_id,
        customer_id,
        campaign_cost
    from costs
    union all
    select
        'all_campaigns' as campaign_id,
        customer_id,
        sum(campaign_cost) as campaign_cost
    from costs
    group by 1, 2
),

campaign_outcomes as (
    select
        outcomes.campaign_id,
        outcomes.customer_id,

        outcomes.assignment,
        outcomes.variant,
        outcomes.segment,

        outcomes.order_count,
        outcomes.net_revenue,
        outcomes.prior_revenue,
        cast(coalesce(all_costs.campaign_cost, 0) as decimal(18, 4)) as campaign_cost,

        outcomes.has_responded,

        outcomes.launch_date,
        outcomes.measured_until
    from outcomes
    left join all_costs
        on
            outcomes.campaign_id = all_costs.campaign_id
            and outcomes.customer_id = all_costs.customer_id
)

select * from campaign_outcomes
