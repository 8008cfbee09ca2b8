{#-
    A select over an input's rows, file by file: each column's text under the name raw_<column>, the
    file, and `line_hash`, equal for rows that are equal in every column of the input, read or not,
    in whatever order the columns stand.
-#}
{% macro read_input(input, layout) %}
    {%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {%- set all_headers = [] -%}
    {%- for file in layout.files -%}
        {%- do file.update({'fields_by_header': fields_by_header(file)}) -%}
        {%- do all_headers.extend(file.fields_by_header) -%}
    {%- endfor -%}
    {%- for file in layout.files %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        {%- for column in input.columns %}
        {{ nothing if file.columns[column] is none else file.fields[file.columns[column]] }}
            as raw_{{ column }},
        {%- endfor %}
        {%- if input.name == 'order_lines' %}
        {{ left_out(input, file) }} as left_out,
        {%- for column in made_up_columns() %}
        {{ file.columns[column] is not none }} as has_{{ column }},
        {%- endfor %}
        {%- endif %}
        {{ text_literal(file.short_name) }} as source_file,
        md5(concat_ws(
            chr(31)
            {%- for header in all_headers | unique(case_sensitive=true) | sort %}
            {%- set field = file.fields_by_header.get(header) %},
            {{ "coalesce(" ~ field ~ ", '')" if field else "''" }}
            {%- endfor %}
        )) as line_hash
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


{#- A select like that of `read_input` with no row, where the input is not given. -#}
{% macro read_no_input(input) %}
    select
        {%- for column in input.columns %}
        cast(null as {{ dbt.type_string() }}) as raw_{{ column }},
        {%- endfor %}
        {%- if input.name == 'order_lines' %}
        cast(null as {{ dbt.type_string() }}) as left_out,
        {%- for column in made_up_columns() %}
        false as has_{{ column }},
        {%- endfor %}
        {%- endif %}
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as {{ dbt.type_string() }}) as line_hash
    where false
{%- endmacro %}


{#- The columns that are made up from others where the input has none. -#}
{% macro made_up_columns() %}
    {{ return(['order_id', 'quantity', 'unit_price', 'line_amount']) }}
{% endmacro %}
