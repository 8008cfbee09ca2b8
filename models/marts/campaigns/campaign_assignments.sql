-- Grain: one row per launched campaign and customer of its audience; one row without a customer
-- where the audience was empty. Rows are only ever added: the first run after a campaign's launch
-- adds all of its rows, and no later run changes them.
-- depends_on: {{ ref('campaign_launches') }}
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
    select {{ columns }} from {{ this }}
    {%- endif %}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

-- Whom launched campaigns of the seed contacted or held back. One that was removed from the seed
-- has ended.
held_customers as (
    select
        launched.campaign_id,
        launched.customer_id
    from launched
    inner join campaigns
        on launched.campaign_id = campaigns.campaign_id
    where
        launched.assignment is not null
        and not campaigns.has_given_recipients
    union all
    select distinct
        campaign_id,
        customer_id
    from {{ ref('stg_past_campaign_contacts') }}
    where customer_id is not null
),

held as (
    select
        campaigns.campaign_id,
        coalesce(households.household_id, held_customers.customer_id) as household_id,
        campaigns.launch_date,
        campaigns.end_date
    from held_customers
    inner join campaigns
        on held_customers.campaign_id = campaigns.campaign_id
    left join {{ ref('int_customers__households') }} as households
        on held_customers.customer_id = households.customer_id
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
)

select * from assignments
