{#-
    A select of an input's rows from all its files: the text of each column as raw_<column>,
    `source_file` if there are several files, and `line_hash`. The hash is equal for rows that are
    equal in every column of the input, read or not, whatever the order of the columns.
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
    -- {{ 'sha256 ' ~ file.sha256 if file.sha256 else 'as of run ' ~ invocation_id }}
    {%- endfor %}
{%- endmacro %}


{#- The SQL of a file's fields by their plain headers; repeated headers get a number. -#}
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


{#- A character that no header contains, to separate a header from its number. -#}
{% macro chr_31() %}
    {{ return('\x1f') }}
{% endmacro %}


{#- `read_input` with a column for each of the input; null where no file has it. -#}
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


{#- The same columns without rows, if the input is not set. -#}
{% macro read_no_input(input) %}
    select
        {%- for column in input.columns %}
        {{ null_text() }} as raw_{{ column }},
        {%- endfor %}
        {{ null_text() }} as line_hash
    where false
{%- endmacro %}


{#- A null of the text type, as SQL. -#}
{% macro null_text() %}
    {{- return('cast(null as ' ~ dbt.type_string() ~ ')') -}}
{% endmacro %}
