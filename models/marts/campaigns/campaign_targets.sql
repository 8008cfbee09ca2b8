-- Grain: one row per campaign and customer of its audience: of launched campaigns as assigned at
-- the launch, of planned ones as they would be assigned now.
with held as (
    select * from {{ ref('campaign_assignments') }}
),

candidates as (
    select * from {{ ref('int_campaign_candidates') }}
    where
        not is_launched
        and campaign_id not in (select held.campaign_id from held)
),

{{ campaign_decisions_ctes(campaign_steps(is_launched=false)) }}

targets as (
    select
        decided.*,
        false as is_launched
    from decided
    union all
    select
        held.*,
        true as is_launched
    from held
),

final as (
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

        is_launched,

        launch_date,
        end_date
    from targets
)

select * from final
