{#- The SQL of an audience's file. -#}
{% macro audience_rule(name) %}
    {%- set nodes = graph.nodes.values() if execute else [] -%}
    {%- set audience = nodes | selectattr('resource_type', 'equalto', 'model')
        | selectattr('name', 'equalto', 'audience_' ~ name) | first -%}
    {{ return(audience.raw_code if audience else '') }}
{% endmacro %}
