{#-
    The pre-hook of campaign_launches. A run that ends between campaign_launches and
    campaign_assignments leaves the terms of a launch without its list. The next run draws the list,
    so it launches the campaign, as of its own date. Recipients that are given need no list.
-#}
{% macro take_back_launches() %}
    {%- if execute and load_relation(this) is not none -%}
        {%- do adapter.dispatch('take_back_launches', 'customer_value')() -%}
    {%- endif -%}
{% endmacro %}


{#- The launches without a list, as a condition. -#}
{% macro has_no_list() -%}
    campaign_id not in (
        select campaign_id from {{ ref('stg_past_campaign_contacts') }}
    )
    {%- set lists = load_relation(this.incorporate(path={'identifier': 'campaign_assignments'})) %}
    {%- if lists is not none %}
    and campaign_id not in (select campaign_id from {{ lists }})
    {%- endif %}
{%- endmacro %}


{% macro default__take_back_launches() %}
    {%- do run_query('delete from ' ~ this ~ ' where ' ~ has_no_list()) -%}
{% endmacro %}


{#- Parquet files on Spark are not updated in place. -#}
{% macro spark__take_back_launches() %}
    {%- set found = run_query(
        'select distinct campaign_id from ' ~ this ~ ' where ' ~ has_no_list() ~ ' order by 1'
    ) -%}
    {%- if found.rows | length -%}
        {{ exceptions.raise_compiler_error(
            "A run ended before the list of campaign " ~ found.rows[0][0] ~ " was drawn, and Spark "
            ~ "cannot take its launch back in place: drop the tables campaign_launches and "
            ~ "campaign_assignments. The archive has all whole launches."
        ) }}
    {%- endif -%}
{% endmacro %}
