-- Grain: one row per campaign, typed. An invalid row stops the build, and the message names it.
with campaigns as (
    select * from {{ ref('campaigns') }}
),

typed as (
    select
        campaigns.*,
        case when {{ is_iso_date('launch_date') }} then try_cast(launch_date as date) end
            as launches_on,
        case when {{ is_iso_date('end_date') }} then try_cast(end_date as date) end as ends_on,
        try_cast(cost_per_contact as decimal(18, 4)) as contact_cost,
        try_cast(offer_cost as decimal(18, 4)) as response_cost,
        try_cast(expected_response as double) as response_rate,
        try_cast(control_share as double) as held_back_share,
        try_cast(budget as decimal(18, 4)) as highest_cost,
        case when {{ is_whole_number('priority') }} then try_cast(priority as integer) end
            as place,
        case
            when {{ is_whole_number('attribution_days') }}
                then try_cast(attribution_days as integer)
        end as counted_days,
        count(*) over (partition by lower({{ trim_blanks('campaign_id') }})) as row_count
    from campaigns
),

judged as (
    select
        typed.*,
        case
            when campaign_id is null then 'campaign_id is missing'
            when campaign_id <> {{ trim_blanks('campaign_id') }}
                then 'campaign_id begins or ends with a blank'
            when campaign_id = 'all_campaigns' then 'the name is taken: it means all of them'
            when row_count > 1 then 'campaign_id stands in more than one row'
            when
                audience is null
                or audience not in ('{{ audience_names() | join("', '") }}')
                then
                    'audience is ' || coalesce(audience, 'missing')
                    || ': there is no file audience_' || coalesce(audience, '')
                    || '.sql in models/marts/campaigns/audiences, '
                    || 'or its name is not in macros/campaigns/audience_names.sql'
            when launches_on is null
                then
                    'launch_date is ' || coalesce(launch_date, 'missing')
                    || ': it must be a date such as 2025-02-03'
            when ends_on is null
                then
                    'end_date is ' || coalesce(end_date, 'missing')
                    || ': it must be a date such as 2025-02-03'
            when ends_on < launches_on
                then 'end_date ' || end_date || ' is before launch_date ' || launch_date
            when
                channel is null
                or channel not in ('{{ campaign_channels() | join("', '") }}')
                then
                    'channel is ' || coalesce(channel, 'missing')
                    || ': it must be {{ campaign_channels() | join(", ") }}'
            when coalesce(contact_cost, -1) < 0
                then
                    'cost_per_contact is ' || coalesce(cost_per_contact, 'missing')
                    || ': it must be an amount of at least 0'
            when coalesce(response_cost, -1) < 0
                then
                    'offer_cost is ' || coalesce(offer_cost, 'missing')
                    || ': it must be an amount of at least 0'
            when not coalesce(response_rate between 0e0 and 1e0, false)
                then
                    'expected_response is ' || coalesce(expected_response, 'missing')
                    || ': it must be a share from 0 to 1'
            when not coalesce(held_back_share between 0e0 and 1e0, false)
                then
                    'control_share is ' || coalesce(control_share, 'missing')
                    || ': it must be a share from 0 to 1'
            when budget is not null and coalesce(highest_cost, -1) < 0
                then 'budget is ' || budget || ': it must be empty or an amount of at least 0'
            when coalesce(place, 0) < 1
                then
                    'priority is ' || coalesce(priority, 'missing')
                    || ': it must be a whole number of at least 1'
            when coalesce(counted_days, 0) < 1
                then
                    'attribution_days is ' || coalesce(attribution_days, 'missing')
                    || ': it must be a whole number of at least 1'
        end as problem
    from typed
),

checked as (
    select
        campaign_id,

        audience,
        channel,
        offer,
        place as priority,
        counted_days as attribution_days,

        contact_cost as cost_per_contact,
        response_cost as offer_cost,
        highest_cost as budget,
        response_rate as expected_response,
        held_back_share as control_share,

        launches_on as launch_date,
        ends_on as end_date
    from judged
    where
        case
            when problem is null then true
            else {{ stop_with(
                "'seeds/campaigns.csv, campaign ' || coalesce(campaign_id, '?') || ': ' || problem"
            ) }}
        end
)

select * from checked
