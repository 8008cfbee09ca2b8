-- Grain: one row per campaign and customer of its audience: of launched campaigns as assigned at
-- the launch, of planned ones as they would be assigned now.
with campaign_assignments as (
    select * from {{ ref('campaign_assignments') }}
),

-- Of the campaigns in the seed: what is taken out of it is over.
held as (
    select campaign_assignments.*
    from campaign_assignments
    inner join {{ ref('int_campaigns') }} as int_campaigns
        on campaign_assignments.campaign_id = int_campaigns.campaign_id
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
