-- Grain: one row per launched campaign and household that it contacted or held back. They are those
-- of campaign_assignments, with the households of the launch, or, where the recipients of a past
-- campaign are given, the given ones, with the households of today. A past campaign that held
-- nobody back is compared with the members of its audience whom it did not contact.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
    where assignment is not null
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
    where is_launched
),

past_contacts as (
    select * from {{ ref('stg_past_campaign_contacts') }}
),

audiences as (
    select * from {{ ref('int_audiences') }}
),

households as (
    select * from {{ ref('int_customers__households') }}
),

segments as (
    select
        as_of_date,
        customer_id,
        segment
    from {{ ref('int_audience_customers') }}
),

people as (
    select
        campaign_assignments.campaign_id,
        campaign_assignments.customer_id,
        coalesce(campaign_assignments.household_id, campaign_assignments.customer_id)
            as household_id,
        campaign_assignments.segment,
        campaign_assignments.assignment,
        campaign_assignments.variant,
        cast(null as date) as redeemed_date,
        false as is_comparison
    from campaign_assignments
    inner join campaigns
        on
            campaign_assignments.campaign_id = campaigns.campaign_id
            and not campaigns.has_given_recipients
    union all
    select
        past_contacts.campaign_id,
        past_contacts.customer_id,
        coalesce(households.household_id, past_contacts.customer_id) as household_id,
        cast(null as {{ dbt.type_string() }}) as segment,
        past_contacts.assignment,
        past_contacts.variant,
        past_contacts.redeemed_date,
        false as is_comparison
    from past_contacts
    inner join campaigns
        on past_contacts.campaign_id = campaigns.campaign_id
    left join households
        on past_contacts.customer_id = households.customer_id
    where past_contacts.customer_id is not null
    union all
    select
        campaigns.campaign_id,
        audiences.customer_id,
        coalesce(households.household_id, audiences.customer_id) as household_id,
        cast(null as {{ dbt.type_string() }}) as segment,
        'control' as assignment,
        cast(null as {{ dbt.type_string() }}) as variant,
        cast(null as date) as redeemed_date,
        true as is_comparison
    from campaigns
    inner join audiences
        on
            campaigns.audience = audiences.audience
            and campaigns.audience_as_of = audiences.as_of_date
    left join households
        on audiences.customer_id = households.customer_id
    where campaigns.evidence = 'observational'
),

-- What the message to one member does to another one of the household is unknown, so a household in
-- both arms is in neither.
grouped as (
    select
        people.campaign_id,
        people.household_id,
        min(people.segment) as segment,
        min(case when not people.is_comparison then people.assignment end) as assignment,
        max(case when not people.is_comparison then people.assignment end) as other_assignment,
        min(people.customer_id) as customer_id,
        min(case when people.assignment = 'treatment' then people.customer_id end)
            as treated_customer_id,
        min(people.variant) as variant,
        min(people.redeemed_date) as redeemed_date
    from people
    group by 1, 2
),

decided as (
    select
        campaign_id,
        household_id,
        coalesce(treated_customer_id, customer_id) as customer_id,
        coalesce(assignment, 'control') as assignment,
        variant,
        segment,
        redeemed_date,
        assignment is null as is_comparison
    from grouped
    where coalesce(assignment = other_assignment, true)
),

members as (
    select
        decided.campaign_id,
        decided.household_id,
        decided.customer_id,

        decided.assignment,
        decided.variant,
        -- Given recipients may be customers who ordered for the first time after the launch.
        coalesce(decided.segment, segments.segment, 'no_customer_yet') as segment,

        campaigns.evidence,
        decided.redeemed_date is not null as has_redeemed,
        decided.is_comparison,

        campaigns.launch_date,
        campaigns.end_date,
        campaigns.measured_until
    from decided
    inner join campaigns
        on decided.campaign_id = campaigns.campaign_id
    left join segments
        on
            decided.customer_id = segments.customer_id
            and campaigns.audience_as_of = segments.as_of_date
)

select * from members
