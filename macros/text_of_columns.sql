{#- Each column of an input, with SQL for its text: null where the input has no such column. -#}
{% macro text_of_columns(input, as_text) %}
    {%- set text = {} -%}
    {%- for column, header in match_headers(input, as_text | list).items() -%}
        {%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
        {%- do text.update({column: as_text[header] if header else nothing}) -%}
    {%- endfor -%}
    {{ return(text) }}
{% endmacro %}
