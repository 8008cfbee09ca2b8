{#- A select over the contacts as text, each column of the input: no row where there are none. -#}
{% macro read_customer_contacts() %}
    {%- set input = customer_contacts_input() -%}
    {%- if execute and has_customer_contacts() -%}
        {{ read_all_columns(input) }}
    {%- else -%}
        {{ read_no_input(input) }}
    {%- endif -%}
{%- endmacro %}
