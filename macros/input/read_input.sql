{#-
    A select over an input's rows, file by file: the text of each column that a file has, under the
    name raw_<column>, the file where there are several, and `line_hash`, equal for rows that are
    equal in every column of the input, read or not, in whatever order the columns stand.
-#}
{% macro read_input(layout) %}
    {%- set all_headers = [] -%}
    {%- for file in layout.files -%}
        {%- do file.update({'fields_by_header': fields_by_header(file)}) -%}
        {%- do all_headers.extend(file.fields_by_header) -%}
    {%- endfor -%}
    {%- for file in layout.files %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    {%- set texts = [] %}
    {%- for header in all_headers | unique(case_sensitive=true) | sort %}
        {%- set field = file.fields_by_header.get(header) %}
        {%- do texts.append("coalesce(" ~ field ~ ", '')" if field else "''") %}
    {%- endfor %}
    select
        {%- for column in layout.found %}
        {%- set place = file.columns[column] %}
        {{ null_text() if place is none else file.fields[place] }} as raw_{{ column }},
        {%- endfor %}
        {%- for column, expression in file.get('extra', {}).items() %}
        {{ expression }} as {{ column }},
        {%- endfor %}
        {%- if layout.files | length > 1 %}
        {{ text_literal(file.short_name) }} as source_file,
        {%- endif %}
        md5({{ joined_texts(texts) }}) as line_hash
    from {{ file.relation }}
    {%- endfor %}
{%- endmacro %}


{#- A file's SQL by its plain headers; those that are equal get a number each. -#}
{% macro fields_by_header(file) %}
    {%- set fields = {} -%}
    {%- for header in file.headers -%}
        {%- set plain = plain_header(header) -%}
        {%- set repeated = file.headers[:loop.index0] | map('lower') | map('replace', ' ', '')
            | select('equalto', plain) | list | length -%}
        {%- do fields.update({
            plain ~ (chr_31() ~ repeated if repeated else ''): file.fields[loop.index0]
        }) -%}
    {%- endfor -%}
    {{ return(fields) }}
{% endmacro %}


{#- A character that no header holds, to part a header from a number. -#}
{% macro chr_31() %}
    {{ return('\x1f') }}
{% endmacro %}


{#- The select of `read_input` with null for each column that the input does not have. -#}
{% macro read_all_columns(input) %}
    {%- set layout = input_layout(input) -%}
    select
        {%- for column in input.columns %}
        {{ 'raw_' ~ column if column in layout.found else null_text() }} as raw_{{ column }},
        {%- endfor %}
        line_hash
    from (
        {{ read_input(layout) }}
    ) as source_rows
{%- endmacro %}


{#- The same columns with no row, where the input is not given. -#}
{% macro read_no_input(input) %}
    select
        {%- for column in input.columns %}
        {{ null_text() }} as raw_{{ column }},
        {%- endfor %}
        {{ null_text() }} as line_hash
    where false
{%- endmacro %}


{#- No text, as SQL. -#}
{% macro null_text() %}
    {{- return('cast(null as ' ~ dbt.type_string() ~ ')') -}}
{% endmacro %}
