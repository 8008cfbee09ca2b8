-- Grain: one row per campaign and customer of its audience: for a launched campaign as assigned at
-- the launch, for a planned one as it would be assigned now.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
),

-- Only campaigns in the seed: one that was removed from it has ended. The list of a past campaign
-- whose recipients are given is theirs, not one of this project.
launched as (
    select campaign_assignments.*
    from campaign_assignments
    inner join {{ ref('int_campaigns') }} as campaigns
        on campaign_assignments.campaign_id = campaigns.campaign_id
    where not campaigns.has_given_recipients
),

held as (
    select * from {{ ref('int_campaign_members') }}
    where not is_comparison
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
