{#- A select over the contacts as text (macros/select_as_text.sql): no row where there are none. -#}
{% macro read_customer_contacts() %}
    {%- set input = customer_contacts_input() -%}
    {%- if has_customer_contacts() -%}
        {%- set relation = input_relation(input) -%}
        {%- set as_text = input_as_text(input, relation) -%}
        {{ select_as_text(relation, as_text, text_of_columns(input, as_text)) }}
    {%- else -%}
    select
        {%- for column in input.headers %}
        cast(null as {{ dbt.type_string() }}) as raw_{{ column }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as line_hash
    where false
    {%- endif -%}
{%- endmacro %}
