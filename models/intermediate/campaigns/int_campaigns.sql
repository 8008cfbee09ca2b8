-- Grain: one row per campaign: its terms, and how far it is.
with stg_campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

campaigns as (
    select
        stg_campaigns.campaign_id,

        stg_campaigns.audience,
        stg_campaigns.channel,
        stg_campaigns.offer,
        stg_campaigns.priority,
        stg_campaigns.attribution_days,

        stg_campaigns.cost_per_contact,
        stg_campaigns.offer_cost,
        stg_campaigns.budget,
        stg_campaigns.expected_response,
        stg_campaigns.control_share,

        -- Lists are as of the launch, and that date is exclusive: on it they can be drawn.
        stg_campaigns.launch_date <= int_as_of_dates.as_of_date as is_launched,

        stg_campaigns.launch_date,
        stg_campaigns.end_date,
        least(stg_campaigns.launch_date, int_as_of_dates.as_of_date) as audience_as_of,
        cast(
            {{ dbt.dateadd('day', 'stg_campaigns.attribution_days', 'stg_campaigns.launch_date') }}
            as date
        ) as attribution_end_date,
        int_as_of_dates.as_of_date
    from stg_campaigns
    cross join int_as_of_dates
),

with_status as (
    select
        campaigns.*,
        case
            when not is_launched then 'planned'
            when as_of_date <= end_date then 'running'
            when as_of_date < attribution_end_date then 'measuring'
            else 'ended'
        end as status,
        case when is_launched then least(attribution_end_date, as_of_date) end as measured_until
    from campaigns
)

select * from with_status
