{#- A select over the aliases as text: no row where there are none. -#}
{% macro read_customer_aliases() %}
    {%- set input = customer_aliases_input() -%}
    {%- if execute and input.path -%}
        {{ read_input(input, input_layout(input)) }}
    {%- else -%}
        {{ read_no_input(input) }}
    {%- endif -%}
{%- endmacro %}
