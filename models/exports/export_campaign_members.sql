-- Grain: one row per campaign that has not ended and household that it contacts.
with recipients as (
    select * from {{ ref('int_campaign_recipients') }}
    where withheld_because is null
),

members as (
    select
        campaign_id,
        rank,
        customer_id,

        variant,
        channel,
        reason,
        contact,
        consent,

        is_launched,

        launch_date,
        end_date
    from recipients
)

select * from members
