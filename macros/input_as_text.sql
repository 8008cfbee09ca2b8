{#- Each header of an input, with SQL that reads its column as text. -#}
{% macro input_as_text(input, relation) %}
    {%- set as_text = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_column_schema_from_query(
            'select * from ' ~ relation ~ ' where false'
        ) -%}
            {%- do as_text.update({column.name: column_as_text(column)}) -%}
        {%- endfor -%}
    {%- else -%}
        {%- for header in input_headers(input).values() | select -%}
            {%- do as_text.update({header: adapter.quote(header)}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(as_text) }}
{% endmacro %}
