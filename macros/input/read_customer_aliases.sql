{#- A select over the aliases as text, each column of the input: no row where there are none. -#}
{% macro read_customer_aliases() %}
    {%- set input = customer_aliases_input() -%}
    {%- if execute and input.path -%}
        {{ read_all_columns(input) }}
    {%- else -%}
        {{ read_no_input(input) }}
    {%- endif -%}
{%- endmacro %}
