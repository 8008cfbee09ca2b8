{#-
    The columns of an input and the headers they have there: its defaults, and what its var says
    instead. `null` says that the input has no such column.
-#}
{% macro input_headers(input) %}
    {%- set headers = input.headers.copy() -%}
    {%- for column, header in (var(input.columns_var) or {}).items() -%}
        {%- if column not in headers -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ input.columns_var ~ " names '" ~ column
                ~ "', which is no column of " ~ input.row ~ ". "
                ~ "There are: " ~ headers | join(', ') ~ "."
            ) }}
        {%- elif header is none and column in input.never_without -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ input.columns_var ~ " sets '" ~ column
                ~ "' to null, but " ~ input.row ~ " needs one."
            ) }}
        {%- endif -%}
        {%- do headers.update({column: header}) -%}
    {%- endfor -%}
    {{ return(headers) }}
{% endmacro %}
