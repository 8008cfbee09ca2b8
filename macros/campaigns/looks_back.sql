{#- Whether the var as_of_date names a past day: the build looks back, and is not a daily one. -#}
{% macro looks_back(as_of_date) -%}
    {%- if var('as_of_date') -%}
        {{ as_of_date }} < current_date
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
