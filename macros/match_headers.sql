{#-
    Which header of the input each column is read from; null where the input has none.
    Headers match whatever their case and blanks. A missing required column stops the run.
-#}
{% macro match_headers(input, found_headers) %}
    {%- set found = {} -%}
    {%- for found_header in found_headers -%}
        {%- set plain_header = found_header | lower | replace(' ', '') -%}
        {%- do found.update({plain_header: found.get(plain_header, []) + [found_header]}) -%}
    {%- endfor -%}
    {%- set matched = {} -%}
    {%- for column, header in input_headers(input).items() -%}
        {%- set candidates = found.get(header | string | lower | replace(' ', ''), []) -%}
        {%- if header is none -%}
            {%- set candidates = [] -%}
        {%- elif header in candidates -%}
            {%- set candidates = [header] -%}
        {%- elif candidates | length > 1 -%}
            {{ exceptions.raise_compiler_error(
                "The " ~ input.rows ~ " have " ~ candidates | length
                ~ " columns that could be '" ~ header ~ "' for " ~ column ~ ": "
                ~ candidates | join(', ') ~ ". Name one exactly in the var "
                ~ input.columns_var ~ "."
            ) }}
        {%- elif not candidates and column not in input.may_be_missing -%}
            {%- set one_header = "If it is several in one, name what stands between them: "
                ~ input.options_var ~ ": {delim: ';'}. "
                ~ "If the file is empty, there is nothing to read." -%}
            {{ exceptions.raise_compiler_error(
                "The " ~ input.rows ~ " have no column '" ~ header ~ "' for " ~ column
                ~ ". Their headers are: " ~ found_headers | join(', ')
                ~ ". Name the right one in the var " ~ input.columns_var
                ~ ", or null if there is none (README.md, \"Your own " ~ input.rows ~ "\"). "
                ~ (one_header if found_headers | length == 1 else '')
            ) }}
        {%- endif -%}
        {%- do matched.update({column: candidates | first if candidates}) -%}
    {%- endfor -%}
    {{ return(matched) }}
{% endmacro %}
