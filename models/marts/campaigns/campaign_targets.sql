-- Grain: one row per campaign and customer of its audience: for a launched campaign as assigned at
-- the launch, for a planned one as it would be assigned now.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

-- The list of a past campaign whose recipients are given is theirs, not one of this project.
launched as (
    select campaign_assignments.*
    from campaign_assignments
    inner join campaigns
        on campaign_assignments.campaign_id = campaigns.campaign_id
    where not campaigns.has_given_recipients
),

households as (
    select * from {{ ref('int_customers__households') }}
),

held_customers as (
    {{ people_in_launches('campaign_assignments') }}
),

held as (
    select distinct
        campaigns.campaign_id,
        coalesce(households.household_id, held_customers.customer_id) as household_id,
        campaigns.launch_date,
        campaigns.end_date
    from held_customers
    inner join campaigns
        on held_customers.campaign_id = campaigns.campaign_id
    left join households
        on held_customers.customer_id = households.customer_id
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
