{#- The names of the audiences as SQL literals. -#}
{% macro known_audiences() -%}
    {%- for audience in audience_models() -%}
    '{{ audience.audience }}',{{ ' ' }}
    {%- endfor -%}
    ''
{%- endmacro %}
