{#-
    The number of campaigns that campaign_decisions_ctes has to decide: the launched or the planned
    ones, except those that are already in `assignments`. It may be too large: a step too many
    changes nothing. 1 where int_campaign_candidates has not been built yet.
-#}
{% macro campaign_steps(is_launched, assignments=none) %}
    {%- if not execute or load_relation(ref('int_campaign_candidates')) is none -%}
        {{ return(1) }}
    {%- endif -%}
    {%- set steps -%}
        select count(distinct campaign_id)
        from {{ ref('int_campaign_candidates') }}
        where
            {{ 'is_launched' if is_launched else 'not is_launched' }}
            {%- if assignments %}
            and campaign_id not in (select campaign_id from {{ assignments }})
            {%- endif %}
    {%- endset -%}
    {{ return(run_query(steps).columns[0].values()[0]) }}
{% endmacro %}
