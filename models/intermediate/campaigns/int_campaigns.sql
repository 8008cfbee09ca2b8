-- Grain: one row per campaign: its terms, and how far it is.
with stg_campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

scored_dates as (
    select * from {{ ref('int_as_of_dates') }}
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
),

-- A build of the campaigns alone scores nobody: the audience of a launch that is new and past would
-- be empty, and would stay so.
checked as (
    select with_status.*
    from with_status
    left join scored_dates
        on with_status.audience_as_of = scored_dates.as_of_date
    where
        case
            when
                scored_dates.as_of_date is null
                and with_status.audience_as_of > (select min(as_of_date) from scored_dates)
                then {{ stop_with(
                    "'campaign ' || with_status.campaign_id || ' was launched on '"
                    ~ " || cast(with_status.launch_date as " ~ dbt.type_string()
                    ~ ") || ', and nobody is scored as of that date yet: '"
                    ~ " || 'run dbt build once without --select'"
                ) }}
            else true
        end
)

select * from checked
