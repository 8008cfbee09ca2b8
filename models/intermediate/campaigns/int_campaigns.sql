-- Grain: one row per campaign: its terms and its status.
with campaign_terms as (
    select * from {{ ref('stg_campaigns') }}
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

history as (
    select min(valid_from_date) as first_date
    from {{ ref('int_orders__versioned') }}
),

newest_date as (
    select * from as_of_dates
    where is_current
),

campaigns as (
    select
        campaign_terms.campaign_id,

        campaign_terms.audience,
        campaign_terms.channel,
        campaign_terms.offer,
        campaign_terms.priority,
        campaign_terms.attribution_days,

        campaign_terms.cost_per_contact,
        campaign_terms.offer_cost,
        campaign_terms.budget,
        campaign_terms.expected_response,
        campaign_terms.control_share,

        -- A list is as of the launch date, which is exclusive, so it can be drawn on that date.
        campaign_terms.launch_date <= newest_date.as_of_date as is_launched,

        campaign_terms.launch_date,
        campaign_terms.end_date,
        least(campaign_terms.launch_date, newest_date.as_of_date) as audience_as_of,
        cast(
            {{ dbt.dateadd(
                'day', 'campaign_terms.attribution_days', 'campaign_terms.launch_date'
            ) }}
            as date
        ) as attribution_end_date,
        newest_date.as_of_date
    from campaign_terms
    cross join newest_date
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

-- A build of the campaigns alone scores no customers. The audience of a past launch that is new to
-- the warehouse would then be empty, and campaign_assignments would keep it empty.
checked as (
    select with_status.*
    from with_status
    cross join history
    left join as_of_dates
        on
            with_status.audience_as_of = as_of_dates.as_of_date
            and as_of_dates.is_scored_in_full
    where
        case
            when
                as_of_dates.as_of_date is null
                and with_status.audience_as_of > history.first_date
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
