-- Grain: one row per campaign of the seed, and per launched campaign that is no longer in it: its
-- terms and its status. A launched campaign has the terms of its launch. A seed that says otherwise
-- stops the build, and so does one that leaves out a campaign before its results are final.
with seed_terms as (
    select * from {{ ref('stg_campaigns') }}
),

variants as (
    select * from {{ ref('stg_campaign_variants') }}
),

campaign_launches as (
    select * from {{ ref('campaign_launches') }}
),

past_contacts as (
    select
        campaign_id,
        bool_or(assignment = 'control') as has_control
    from {{ ref('stg_past_campaign_contacts') }}
    group by 1
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

{%- set terms = [
    'audience', 'priority', 'budget', 'expected_response', 'control_share', 'attribution_days',
    'launch_date', 'end_date'
] %}
{%- set variant_terms = ['channel', 'offer', 'cost_per_contact', 'offer_cost', 'weight'] %}

launches as (
    select distinct
        campaign_id,
        is_drawn_afterwards,
        {{ terms | join(', ') }}
    from campaign_launches
),

campaign_terms as (
    select
        campaign_id,
        {{ terms | join(', ') }},
        true as is_in_seed
    from seed_terms
    union all
    select
        launches.campaign_id,
        {%- for term in terms %}
        launches.{{ term }},
        {%- endfor %}
        false as is_in_seed
    from launches
    left join seed_terms
        on launches.campaign_id = seed_terms.campaign_id
    where seed_terms.campaign_id is null
),

-- The first term by which the seed differs from the launch.
differences as (
    select
        launches.campaign_id,
        case
            {%- for term in terms %}
            when {{ as_said('campaign_terms', term) }} <> {{ as_said('launches', term) }}
                then
                    'seeds/campaigns.csv has the {{ term }} '
                    || {{ as_said('campaign_terms', term) }}
                    || ', the launch had ' || {{ as_said('launches', term) }}
            {%- endfor %}
        end as difference
    from launches
    inner join campaign_terms
        on launches.campaign_id = campaign_terms.campaign_id
    union all
    select
        coalesce(campaign_launches.campaign_id, variants.campaign_id) as campaign_id,
        case
            when variants.variant is null
                then 'the seed has no variant ' || campaign_launches.variant
            when campaign_launches.variant is null
                then 'the launch had no variant ' || variants.variant
            {%- for term in variant_terms %}
            when {{ as_said('variants', term) }} <> {{ as_said('campaign_launches', term) }}
                then
                    'variant ' || variants.variant
                    || ': the seed has the {{ term }} '
                    || {{ as_said('variants', term) }}
                    || ', the launch had ' || {{ as_said('campaign_launches', term) }}
            {%- endfor %}
        end as difference
    from campaign_launches
    full outer join variants
        on
            campaign_launches.campaign_id = variants.campaign_id
            and campaign_launches.variant = variants.variant
),

first_differences as (
    select
        campaign_id,
        min(difference) as difference
    from differences
    group by 1
),

campaigns as (
    select
        campaign_terms.campaign_id,

        campaign_terms.audience,
        campaign_terms.priority,
        campaign_terms.attribution_days,

        campaign_terms.budget,
        campaign_terms.expected_response,
        campaign_terms.control_share,

        case
            when launches.campaign_id is null then null
            -- The input may reach back a fixed time: results of then cannot be computed again.
            when campaign_terms.launch_date < history.first_date then 'order_lines_gone'
            when past_contacts.has_control then 'experiment'
            when past_contacts.campaign_id is not null then 'observational'
            when launches.is_drawn_afterwards then 'drawn_afterwards'
            else 'experiment'
        end as evidence,
        past_contacts.campaign_id is not null as has_given_recipients,
        launches.campaign_id is not null as is_launched,
        campaign_terms.is_in_seed,

        campaign_terms.launch_date,
        campaign_terms.end_date,
        least(campaign_terms.launch_date, newest_date.as_of_date) as audience_as_of,
        cast(
            {{ dbt.dateadd(
                'day', 'campaign_terms.attribution_days', 'campaign_terms.launch_date'
            ) }}
            as date
        ) as attribution_end_date,
        newest_date.as_of_date,
        case
            when launches.campaign_id is not null and campaign_terms.is_in_seed
                then first_differences.difference
        end as difference
    from campaign_terms
    cross join newest_date
    cross join history
    left join launches
        on campaign_terms.campaign_id = launches.campaign_id
    left join past_contacts
        on campaign_terms.campaign_id = past_contacts.campaign_id
    left join first_differences
        on campaign_terms.campaign_id = first_differences.campaign_id
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
            when with_status.difference is not null
                then {{ stop_with(
                    "'campaign ' || with_status.campaign_id || ' was launched on other terms: '"
                    ~ " || with_status.difference || '. A campaign keeps the terms of its launch:"
                    ~ " restore them in the seed, and add what is new as a new campaign'"
                ) }}
            when not with_status.is_in_seed and with_status.status <> 'ended'
                then {{ stop_with(
                    "'campaign ' || with_status.campaign_id || ' was launched on '"
                    ~ " || cast(with_status.launch_date as " ~ dbt.type_string()
                    ~ ") || ' and its orders count until '"
                    ~ " || cast(with_status.attribution_end_date as " ~ dbt.type_string()
                    ~ ") || ', but seeds/campaigns.csv has no such campaign: restore its row. A '"
                    ~ " || 'launched campaign cannot be renamed; its row may go when it has ended'"
                ) }}
            when
                with_status.is_in_seed
                and as_of_dates.as_of_date is null
                and with_status.audience_as_of > history.first_date
                then {{ stop_with(
                    "'campaign ' || with_status.campaign_id || ' was launched on '"
                    ~ " || cast(with_status.launch_date as " ~ dbt.type_string()
                    ~ ") || ', and nobody is scored as of that date yet: '"
                    ~ " || 'run dbt build once without --select'"
                ) }}
            else true
        end
),

with_terms as (
    select
        campaign_id,

        audience,
        priority,
        attribution_days,

        budget,
        expected_response,
        control_share,

        status,
        evidence,
        has_given_recipients,
        is_launched,
        is_in_seed,

        launch_date,
        end_date,
        audience_as_of,
        attribution_end_date,
        measured_until,
        as_of_date
    from checked
)

select * from with_terms
