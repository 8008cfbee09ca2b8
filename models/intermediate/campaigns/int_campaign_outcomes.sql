-- Grain: one row per launched campaign and household that it contacted or held back: orders and
-- revenue of its members from the launch until the measurement ends, as known then, and revenue in
-- the year before. A household has the members that were on the campaign's list at the launch, so
-- that contacts that change move no result. The campaign `all_campaigns` compares households that
-- are held back from all campaigns with all others that a campaign could have contacted, from the
-- first such launch until the last measurement ends.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
),

campaign_members as (
    select * from {{ ref('int_campaign_members') }}
),

-- The global control holds only for lists that were drawn here before they were sent.
campaigns as (
    select * from {{ ref('int_campaigns') }}
    where
        evidence = 'experiment'
        and not has_given_recipients
),

given_campaigns as (
    select campaign_id from {{ ref('int_campaigns') }}
    where has_given_recipients
),

variants as (
    select * from {{ ref('int_campaign_variants') }}
),

households as (
    select * from {{ ref('int_customers__households') }}
),

customer_order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where is_order_day
),

listed as (
    select
        campaign_assignments.campaign_id,
        campaign_assignments.customer_id,
        coalesce(campaign_assignments.household_id, campaign_assignments.customer_id)
            as household_id,
        campaign_assignments.segment,
        campaign_assignments.suppressed_because,
        campaign_assignments.launch_date,
        campaigns.campaign_id is not null as is_experiment
    from campaign_assignments
    left join campaigns
        on campaign_assignments.campaign_id = campaigns.campaign_id
    where campaign_assignments.customer_id is not null
),

-- For `all_campaigns` a customer is of the household of their first list.
first_lists as (
    select
        customer_id,
        household_id,
        row_number() over (
            partition by customer_id order by launch_date nulls last, campaign_id nulls last
        ) as list_number
    from listed
    where is_experiment
),

first_households as (
    select
        customer_id,
        household_id
    from first_lists
    where list_number = 1
),

-- A household enters `all_campaigns` with the first campaign that could have contacted it. No
-- campaign had contacted it until then, so no campaign's effect decides who is compared, or from
-- when on.
first_chances as (
    select
        listed.customer_id,
        listed.segment,
        listed.suppressed_because,
        listed.launch_date,
        first_households.household_id,
        row_number() over (
            partition by first_households.household_id
            order by
                listed.launch_date nulls last,
                listed.campaign_id nulls last,
                listed.customer_id nulls last
        ) as chance
    from listed
    inner join first_households
        on listed.customer_id = first_households.customer_id
    where
        listed.is_experiment
        and (
            listed.suppressed_because is null
            or listed.suppressed_because
            not in ('suppression_list', 'no_consent', 'same_household', 'empty_audience')
        )
),

last_measurement as (
    select max(measured_until) as measured_until
    from campaigns
),

members as (
    select
        campaign_id,
        household_id,
        customer_id,
        assignment,
        variant,
        segment,
        has_redeemed,
        launch_date,
        measured_until
    from campaign_members
    union all
    select
        'all_campaigns' as campaign_id,
        first_chances.household_id,
        first_chances.customer_id,
        case
            when first_chances.suppressed_because = 'global_control' then 'control'
            else 'treatment'
        end as assignment,
        cast(null as {{ dbt.type_string() }}) as variant,
        first_chances.segment,
        false as has_redeemed,
        first_chances.launch_date,
        last_measurement.measured_until
    from first_chances
    cross join last_measurement
    where
        first_chances.chance = 1
        -- Without a global control nobody is held back any more, and there is nothing to compare.
        and {{ number_var('global_control_share', 0, 1) }} > 0e0
),

-- Who belongs to the households: by the list, for `all_campaigns` by the first one, and where the
-- recipients of a past campaign are given, by the contacts of today.
belonging as (
    select
        campaign_id,
        household_id,
        customer_id
    from listed
    where campaign_id not in (select given_campaigns.campaign_id from given_campaigns)
    union all
    select
        'all_campaigns' as campaign_id,
        household_id,
        customer_id
    from first_households
    union all
    select
        members.campaign_id,
        members.household_id,
        households.customer_id
    from members
    inner join given_campaigns
        on members.campaign_id = given_campaigns.campaign_id
    inner join households
        on members.household_id = households.household_id
),

buyers as (
    select
        members.campaign_id,
        members.household_id,
        members.customer_id,
        members.launch_date,
        members.measured_until
    from members
    union
    select
        members.campaign_id,
        members.household_id,
        belonging.customer_id,
        members.launch_date,
        members.measured_until
    from members
    inner join belonging
        on
            members.campaign_id = belonging.campaign_id
            and members.household_id = belonging.household_id
),

-- Ids that a launch listed may belong to another customer by now. The orders of all of them count
-- once: for the household of the id that they belong to, else of the smallest id.
numbered_buyers as (
    select
        buyers.campaign_id,
        buyers.household_id,
        coalesce(customer_aliases.belongs_to, buyers.customer_id) as customer_id,
        buyers.launch_date,
        buyers.measured_until,
        row_number() over (
            partition by
                buyers.campaign_id, coalesce(customer_aliases.belongs_to, buyers.customer_id)
            order by
                customer_aliases.belongs_to nulls first,
                buyers.customer_id nulls last
        ) as id_number
    from buyers
    left join {{ ref('stg_customer_aliases') }} as customer_aliases
        on buyers.customer_id = customer_aliases.customer_id
),

dated_buyers as (
    select
        numbered_buyers.*,
        cast({{ dbt.dateadd('day', -365, 'launch_date') }} as date) as prior_start_date
    from numbered_buyers
    where id_number = 1
),

-- An order counts for every campaign in whose measured days it falls. Campaigns draw their arms
-- independently of each other, so the effect of one campaign is equal in both arms of another.
order_days as (
    select
        members.campaign_id,
        members.household_id,
        customer_order_days.order_date >= members.launch_date as is_after_launch,
        customer_order_days.order_count,
        customer_order_days.net_revenue
    from dated_buyers as members
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
        household_id,
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
            and members.household_id = sums.household_id
),

-- Where redemptions are known, the offer costs what was redeemed. Otherwise every household that
-- ordered takes the offer, also one that would have ordered anyway.
redeemed_campaigns as (
    select
        campaign_id,
        bool_or(has_redeemed) as is_redemption_known
    from campaign_members
    group by 1
),

costs as (
    select
        outcomes.campaign_id,
        outcomes.household_id,
        outcomes.customer_id,
        variants.cost_per_contact
        + case
            when
                case
                    when redeemed_campaigns.is_redemption_known then outcomes.has_redeemed
                    else outcomes.has_responded
                end
                then variants.offer_cost
            else 0
        end as campaign_cost
    from outcomes
    inner join variants
        on
            outcomes.campaign_id = variants.campaign_id
            and outcomes.variant = variants.variant
    inner join redeemed_campaigns
        on outcomes.campaign_id = redeemed_campaigns.campaign_id
),

all_costs as (
    select
        campaign_id,
        household_id,
        campaign_cost
    from costs
    union all
    select
        'all_campaigns' as campaign_id,
        first_households.household_id,
        sum(costs.campaign_cost) as campaign_cost
    from costs
    inner join campaigns
        on costs.campaign_id = campaigns.campaign_id
    inner join first_households
        on costs.customer_id = first_households.customer_id
    group by 1, 2
),

campaign_outcomes as (
    select
        outcomes.campaign_id,
        outcomes.household_id,
        outcomes.customer_id,

        outcomes.assignment,
        outcomes.variant,
        outcomes.segment,

        outcomes.order_count,
        outcomes.net_revenue,
        outcomes.prior_revenue,
        cast(coalesce(all_costs.campaign_cost, 0) as decimal(18, 4)) as campaign_cost,

        outcomes.has_responded,
        outcomes.has_redeemed,

        outcomes.launch_date,
        outcomes.measured_until
    from outcomes
    left join all_costs
        on
            outcomes.campaign_id = all_costs.campaign_id
            and outcomes.household_id = all_costs.household_id
)

select * from campaign_outcomes
