-- Grain: one row per launched campaign and variant of its treatment: the terms at the launch. Rows
-- are only ever added: the first run on or after a launch date adds those of the campaign, and no
-- later run changes them. Only a launch whose run ended before its list was drawn is taken back.
-- depends_on: {{ ref('stg_past_campaign_contacts') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook='{{ take_back_launches() }}'
) }}

{#- A shop's salt is made before its first launch; later it can only be lost. -#}
{%- do campaign_salt() %}
{%- set columns = model.columns.keys() | join(', ') %}

with archived as (
    {{ archived_rows('launches') }}
),

newest_date as (
    select {{ launch_clock('as_of_date') }} as as_of_date
    from {{ ref('int_as_of_dates') }}
    where is_current
),

launched_here as (
    {%- if is_incremental() %}
    select distinct campaign_id from {{ this }}
    {%- else %}
    select campaign_id
    from archived
    where false
    {%- endif %}
),

-- Restores the launches of a lost warehouse from the archive. What another build has launched as
-- of a date that has not come would be taken for what was sent.
restored as (
    select archived.*
    from archived
    cross join newest_date
    left join launched_here
        on archived.campaign_id = launched_here.campaign_id
    where
        case
            when launched_here.campaign_id is not null then false
            when
                coalesce(archived.drawn_on_date, archived.launch_date) > newest_date.as_of_date
                and not {{ looks_back('newest_date.as_of_date') }}
                then {{ stop_with(
                    "'the list of campaign ' || archived.campaign_id || ' in the campaign archive '"
                    ~ " || 'was drawn as of '"
                    ~ " || cast(coalesce(archived.drawn_on_date, archived.launch_date) as "
                    ~ dbt.type_string() ~ ") || ', and this build is as of '"
                    ~ " || cast(newest_date.as_of_date as " ~ dbt.type_string() ~ ") || ': a '"
                    ~ " || 'build with a later as_of_date or newer order lines has launched it. '"
                    ~ " || 'Give each of the two a CAMPAIGN_ARCHIVE of its own; if nothing was '"
                    ~ " || 'sent, move the launch out of this one; if it was, build with newer '"
                    ~ " || 'order lines'"
                ) }}
            else true
        end
),

launched_before as (
    select campaign_id from restored
    union
    select campaign_id from launched_here
),

campaign_terms as (
    select * from {{ ref('stg_campaigns') }}
),

variants as (
    select * from {{ ref('stg_campaign_variants') }}
),

known as (
    select * from {{ ref('int_campaigns__known') }}
),

audience_rules as (
    {%- for name in audience_names() %}
    select
        '{{ name }}' as audience,
        {{ text_literal(audience_rule(name)) }} as audience_rule
    {{- ' union all' if not loop.last }}
    {%- endfor %}
),

-- A list is as of the launch date, which is exclusive, so it can be drawn on that date.
launched as (
    select
        campaign_terms.campaign_id,
        variants.variant,

        variants.channel,
        variants.offer,
        variants.cost_per_contact,
        variants.offer_cost,
        variants.weight,

        campaign_terms.audience,
        audience_rules.audience_rule,
        campaign_terms.priority,
        campaign_terms.budget,
        campaign_terms.expected_response,
        campaign_terms.control_share,
        campaign_terms.attribution_days,

        -- A list that did not exist before the campaign's last day was sent to nobody.
        known.known_since_date > campaign_terms.launch_date
        or newest_date.as_of_date > campaign_terms.end_date as is_drawn_afterwards,

        campaign_terms.launch_date,
        campaign_terms.end_date,
        known.known_since_date,
        newest_date.as_of_date as drawn_on_date
    from campaign_terms
    inner join newest_date
        on campaign_terms.launch_date <= newest_date.as_of_date
    inner join variants
        on campaign_terms.campaign_id = variants.campaign_id
    inner join audience_rules
        on campaign_terms.audience = audience_rules.audience
    inner join known
        on
            campaign_terms.campaign_id = known.campaign_id
            and campaign_terms.launch_date = known.launch_date
    left join launched_before
        on campaign_terms.campaign_id = launched_before.campaign_id
    where launched_before.campaign_id is null
),

campaign_launches as (
    select {{ columns }} from restored
    union all
    select {{ columns }} from launched
)

select * from campaign_launches
