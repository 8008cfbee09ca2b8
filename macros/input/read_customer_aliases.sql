{#- A select of all columns of the aliases, as text; without rows if there are no aliases. -#}
{% macro read_customer_aliases() %}
    {%- set input = customer_aliases_input() -%}
    {%- if execute and input.path -%}
        {{ read_all_columns(input) }}
    {%- else -%}
        {{ read_no_input(input) }}
    {%- endif -%}
{%- endmacro %}
