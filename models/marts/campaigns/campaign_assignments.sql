-- Grain: one row per launched campaign and customer of its audience. Rows are only ever added: when
-- a campaign is first seen launched, all of its rows come, and nothing changes them afterwards.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    post_hook="{{ archive_assignments() }}"
) }}

{%- set columns = model.columns.keys() | join(', ') %}

with archived as (
    {{ archived_assignments() }}
),

-- What a lost warehouse takes back.
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

-- Of the campaigns in the seed: what is taken out of it is over.
held as (
    select launched.*
    from launched
    inner join {{ ref('int_campaigns') }} as int_campaigns
        on launched.campaign_id = int_campaigns.campaign_id
),

candidates as (
    select * from {{ ref('int_campaign_candidates') }}
    where
        is_launched
        and campaign_id not in (select launched.campaign_id from launched)
),

{{ campaign_decisions_ctes(campaign_steps(true, this if is_incremental() else none)) }}

assignments as (
    select * from restored
    union all
    select {{ columns }} from decided
)

select * from assignments
