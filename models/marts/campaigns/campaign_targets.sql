-- Grain: one row per campaign and customer of its audience: for a launched campaign as assigned at
-- the launch, for a planned one as it would be assigned now.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
),

-- The list of a past campaign whose recipients are given is theirs, not one of this project.
launched as (
    select campaign_assignments.*
    from campaign_assignments
    inner join {{ ref('int_campaigns') }} as campaigns
        on campaign_assignments.campaign_id = campaigns.campaign_id
    where not campaigns.has_given_recipients
),

households as (
    select * from {{ ref('int_customers__households') }}
),

held as (
    select distinct
        campaign_members.campaign_id,
        coalesce(households.household_id, campaign_members.customer_id) as household_id,
        campaign_members.launch_date,
        campaign_members.end_date
    from {{ ref('int_campaign_members') }} as campaign_members
    left join households
        on campaign_members.customer_id = households.customer_id
    where not campaign_members.is_comparison
),

held_from_all as (
    {{ households_held_from_all('campaign_assignments') }}
),

candidates as (
    select * from {{ ref('int_campaign_candidates') }}
    where not is_launched
),

{{ campaign_decisions_ctes(campaign_steps(false)) }}

targets as (
    {%- for lists, is_launched in [('launched', 'true'), ('decided', 'false')] %}
    select
        campaign_id,
        customer_id,

        assignment,
        variant,
        suppressed_because,
        reason,
        segment,

        rank,
        priority,
        expected_value,

        {{ is_launched }} as is_launched,

        launch_date,
        end_date
    from {{ lists }}
    where customer_id is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from targets
