-- Grain: one row per launched campaign and customer of its audience; one row without a customer
-- where the audience was empty. Rows are only ever added: the first run after a campaign's launch
-- adds all of its rows, and no later run changes them.
-- depends_on: {{ ref('stg_erased_customers') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook='{{ erase_from_ledger() }}',
    post_hook='{{ archive_launches() }}'
) }}

{%- set columns = model.columns.keys() | join(', ') %}
{#- The table of an earlier version may lack a column until this run has added it. -#}
{%- set kept_columns = adapter.get_columns_in_relation(this) | map(attribute='name') | list
    if is_incremental() else [] %}

with archived as (
    {{ archived_rows('assignments') }}
),

-- Restores the assignments of a lost warehouse from the archive.
restored as (
    select * from archived
    {%- if is_incremental() %}
    where campaign_id not in (select campaign_id from {{ this }})
    {%- endif %}
),

launched as (
    select * from restored
    {%- if is_incremental() %}
    union all
    select
        {%- for column in model.columns.values() %}
        {{ column.name if column.name in kept_columns
            else 'cast(null as ' ~ column.data_type ~ ')' }}
            as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ this }}
    {%- endif %}
),

campaign_launches as (
    select distinct
        campaign_id,
        is_drawn_afterwards,
        drawn_on_date
    from {{ ref('campaign_launches') }}
),

listed_campaigns as (
    select distinct campaign_id from launched
),

-- A list that is drawn now belongs to a launch of now.
campaigns as (
    select campaigns.*
    from {{ ref('int_campaigns') }} as campaigns
    left join campaign_launches
        on campaigns.campaign_id = campaign_launches.campaign_id
    left join listed_campaigns
        on campaigns.campaign_id = listed_campaigns.campaign_id
    where
        case
            when
                campaigns.is_in_seed
                and not campaigns.has_given_recipients
                and listed_campaigns.campaign_id is null
                and campaign_launches.drawn_on_date <> {{ launch_clock('campaigns.as_of_date') }}
                then {{ stop_with(
                    "'a run that ended before the list of campaign ' || campaigns.campaign_id || '"
                    ~ " was drawn has launched it as of ' || cast(campaign_launches.drawn_on_date"
                    ~ " as " ~ dbt.type_string() ~ ") || ': run dbt build, which launches it '"
                    ~ " || 'anew; on Spark, first write campaign_launches anew without its rows'"
                ) }}
            else true
        end
),

-- Who was on a list by now had ordered before its launch.
listed as (
    select launched.*
    from launched
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on launched.launch_date <= as_of_dates.as_of_date
    where
        as_of_dates.is_current
        and launched.customer_id is not null
),

listed_customers as (
    select distinct customer_id from listed
),

known as (
    select
        count(*) as customer_count,
        count(listed_customers.customer_id) as listed_count
    from {{ ref('customers') }} as customers
    left join listed_customers
        on customers.customer_id = listed_customers.customer_id
),

-- No row: a ledger that lists nobody of this shop stops the build before anything is launched.
strangers as (
    select {{ columns }}
    from listed
    cross join known
    where
        case
            when known.customer_count = 0 or known.listed_count > 0 then false
            else {{ stop_with(
                "'no customer of these order lines is on a list of campaign '"
                ~ " || listed.campaign_id || ' or of another launched one: the warehouse or the '"
                ~ " || 'campaign archive is that of another shop, or customer ids are written in '"
                ~ " || 'another form than at the launch. Give each shop a WAREHOUSE and a '"
                ~ " || 'CAMPAIGN_ARCHIVE of its own, and drop campaign_launches if this build has '"
                ~ " || 'restored it from the wrong archive'"
            ) }}
        end
),

-- No row either: recipients of a campaign that was drawn here before it was sent stop the build.
overruled as (
    select launched.*
    from launched
    inner join campaign_launches
        on launched.campaign_id = campaign_launches.campaign_id
    inner join campaigns
        on launched.campaign_id = campaigns.campaign_id
    where
        case
            when
                campaigns.has_given_recipients
                and launched.assignment is not null
                and not campaign_launches.is_drawn_afterwards
                then {{ stop_with(
                    "'PAST_CAMPAIGN_CONTACTS names campaign ' || launched.campaign_id || ', whose '"
                    ~ " || 'list was drawn here before it was sent: that list, with its control '"
                    ~ " || 'group, is the evidence. Take the campaign out of the file'"
                ) }}
            else false
        end
),

held_customers as (
    {{ people_in_launches('launched') }}
),

households as (
    select * from {{ ref('int_customers__households') }}
),

held as (
    select distinct
        campaigns.campaign_id,
        coalesce(households.household_id, held_customers.customer_id) as household_id,
        campaigns.launch_date,
        campaigns.end_date
    from held_customers
    inner join campaigns
        on held_customers.campaign_id = campaigns.campaign_id
    left join households
        on held_customers.customer_id = households.customer_id
),

held_from_all as (
    {{ households_held_from_all('launched') }}
),

candidates as (
    select * from {{ ref('int_campaign_candidates') }}
    where
        is_launched
        and campaign_id not in (select launched.campaign_id from launched)
),

{{ campaign_decisions_ctes(campaign_steps(true, this if is_incremental() else none)) }}

-- A launch with an empty audience is recorded too; otherwise a later change of the audience's rule
-- would fill its list.
unattended as (
    select
        campaign_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as {{ dbt.type_string() }}) as household_id,
        cast(null as {{ dbt.type_string() }}) as assignment,
        cast(null as {{ dbt.type_string() }}) as variant,
        'empty_audience' as suppressed_because,
        cast(null as {{ dbt.type_string() }}) as reason,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as integer) as rank,
        cast(null as integer) as priority,
        cast(null as double) as expected_value,
        control_share,
        attribution_days,
        launch_date,
        end_date
    from campaigns
    where
        is_launched
        and is_in_seed
        and not has_given_recipients
        and campaign_id not in (select launched.campaign_id from launched)
        and campaign_id not in (select candidates.campaign_id from candidates)
),

assignments as (
    select * from restored
    union all
    select {{ columns }} from decided
    union all
    select {{ columns }} from unattended
    union all
    select * from strangers
    union all
    select {{ columns }} from overruled
)

select * from assignments
