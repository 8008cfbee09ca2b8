{#- A select of all columns of the contacts, as text; without rows if there are no contacts. -#}
{% macro read_customer_contacts() %}
    {%- set input = customer_contacts_input() -%}
    {%- if execute and has_customer_contacts() -%}
        {{ read_all_columns(input) }}
    {%- else -%}
        {{ read_no_input(input) }}
    {%- endif -%}
{%- endmacro %}
