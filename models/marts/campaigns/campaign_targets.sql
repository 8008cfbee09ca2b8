-- Grain: one row per campaign and customer of its audience: for a launched campaign as assigned at
-- the launch, for a planned one as it would be assigned now.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
),

-- Only campaigns in the seed: one that was removed from it has ended.
held as (
    select campaign_assignments.*
    from campaign_assignments
    inner join {{ ref('int_campaigns') }} as campaigns
        on campaign_assignments.campaign_id = campaigns.campaign_id
),

candidates as (
    select * from {{ ref('int_campaign_candidates') }}
    where
        not is_launched
        and campaign_id not in (select held.campaign_id from held)
),

{{ campaign_decisions_ctes(campaign_steps(false, ref('campaign_assignments'))) }}

targets as (
    {%- for lists, is_launched in [('held', 'true'), ('decided', 'false')] %}
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
