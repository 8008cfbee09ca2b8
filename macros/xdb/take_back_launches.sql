{#-
    The pre-hook of campaign_launches. A run that ends between campaign_launches and
    campaign_assignments leaves the terms of a launch without its list. The next run draws the list,
    so it launches the campaign, as of its own date. Recipients that are given need no list.
-#}
{% macro take_back_launches() %}
    {%- if execute and load_relation(this) is not none -%}
        {{ adapter.dispatch('take_back_launches', 'customer_value')() }}
    {%- endif -%}
{% endmacro %}


{#- Part of the transaction that adds launches, as it is the text of the hook. -#}
{% macro default__take_back_launches() %}
    {%- set lists = load_relation(this.incorporate(path={'identifier': 'campaign_assignments'})) %}
    delete from {{ this }}
    where
        campaign_id in (select campaign_id from {{ ref('stg_campaigns') }})
        and campaign_id not in (select campaign_id from {{ ref('stg_past_campaign_contacts') }})
        {%- if lists is not none %}
        and campaign_id not in (select campaign_id from {{ lists }})
        {%- endif %}
{% endmacro %}


{#- Parquet files are not updated in place: campaign_assignments stops at such a launch. -#}
{% macro spark__take_back_launches() %}
{% endmacro %}
