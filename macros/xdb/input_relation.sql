{#-
    What stands behind `from` to read an input (macros/order_lines_input.sql): a file, a glob, or a
    table of the warehouse.
-#}
{% macro input_relation(input) %}
    {%- set path = input.path or input.sample -%}
    {%- set suffix = (path | lower).removesuffix('.gz').split('.') | last -%}
    {%- if suffix == 'parquet' -%}
        {{ return(adapter.dispatch('parquet_relation', 'customer_value')(input, path)) }}
    {%- elif suffix in ['csv', 'tsv', 'txt'] -%}
        {#-
            The dialect is said, not guessed: a guess makes the best of a broken line, and may take
            the lines before it for no data.
        -#}
        {%- set options = {
            'delim': '\t' if suffix == 'tsv' else ',',
            'quote': '"',
            'escape': '"',
            'encoding': 'utf-8',
            'skip': 0,
        } -%}
        {%- for option, value in (var(input.options_var) or {}).items() -%}
            {%- if option not in options -%}
                {{ exceptions.raise_compiler_error(
                    "The var " ~ input.options_var ~ " has no option '" ~ option ~ "': "
                    ~ options | join(', ') ~ " are there."
                ) }}
            {%- endif -%}
            {%- do options.update({option: value}) -%}
        {%- endfor -%}
        {{ return(adapter.dispatch('csv_relation', 'customer_value')(input, path, options)) }}
    {%- elif modules.re.match('^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$', path) -%}
        {{ return(path) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            input.variable ~ " is '" ~ path ~ "': it must end in .csv, .csv.gz, .tsv, .txt or "
            ~ ".parquet, or be the name of a table."
        ) }}
    {%- endif -%}
{% endmacro %}


{% macro duckdb__parquet_relation(input, path) %}
    {{- return('read_parquet(' ~ text_literal(path) ~ ', union_by_name = true)') -}}
{% endmacro %}


{#- A line with too few or too many fields is an error. -#}
{% macro duckdb__csv_relation(input, path, options) %}
    {%- set arguments = [
        text_literal(path),
        'header = true',
        'all_varchar = true',
        'union_by_name = true',
    ] -%}
    {%- for option, value in options.items() -%}
        {%- set literal = value if value is number else text_literal(value) -%}
        {%- do arguments.append(option ~ ' = ' ~ literal) -%}
    {%- endfor -%}
    {{ return('read_csv(' ~ arguments | join(', ') ~ ')') }}
{% endmacro %}


{% macro spark__parquet_relation(input, path) %}
    {%- set view = input.name ~ '_input' -%}
    {%- do view_of_files(view, 'parquet', {'path': path, 'mergeSchema': 'true'}) -%}
    {{- return(view) -}}
{% endmacro %}


{#-
    A line with too few or too many fields is an error, and so are files of a glob whose headers
    differ: Spark reads columns by their place.
-#}
{% macro spark__csv_relation(input, path, options) %}
    {%- if options.skip -%}
        {{ exceptions.raise_compiler_error(
            "Spark cannot skip the first lines of a CSV file: " ~ input.options_var
            ~ ".skip is for DuckDB."
        ) }}
    {%- endif -%}
    {%- do view_of_files(input.name ~ '_file', 'csv', {
        'path': path,
        'header': 'true',
        'sep': options.delim,
        'quote': options.quote,
        'escape': options.escape,
        'encoding': {'latin-1': 'ISO-8859-1'}.get(options.encoding, options.encoding),
        'multiLine': 'true',
        'mode': 'FAILFAST',
        'unescapedQuoteHandling': 'RAISE_ERROR',
        'enforceSchema': 'false' if modules.re.search('[*?{[]', path) else 'true',
    }) -%}
    {%- if execute -%}
        {%- do run_query(checked_csv_view(input, options)) -%}
    {%- endif -%}
    {{- return(input.name ~ '_input') -}}
{% endmacro %}


{#-
    A view of a CSV file that stops the run at what Spark reads without a word and DuckDB refuses:
    bytes that the encoding does not have, and a quote that nobody closes, with all lines after it
    in one field. In any column but the last, that leaves too few fields.
-#}
{% macro checked_csv_view(input, options) %}
    {%- set file = input.name ~ '_file' -%}
    {%- set headers = get_columns_in_query('select * from ' ~ file) -%}
    {%- set field = modules.re.escape(options.delim) -%}
    {%- set whole_line = '\n([^' ~ field ~ '\n]*' ~ field ~ '){' ~ (headers | length - 1) ~ '}' -%}
    create or replace temporary view {{ input.name }}_input as
    select
        {%- for header in headers %}
        {%- set value = adapter.quote(header) %}
        case
            when instr({{ value }}, {{ text_literal('\ufffd') }}) > 0
                then raise_error(
                    'The {{ input.rows }} are not in the encoding {{ options.encoding }}: '
                    || {{ value }} || '. Name the right one in the var {{ input.options_var }}.'
                )
            {%- if loop.last and not loop.first %}
            when regexp_extract({{ value }}, {{ text_literal(whole_line) }}, 0) <> ''
                then raise_error(
                    'A quote of the {{ input.rows }} is not closed: ' || substr({{ value }}, 1, 200)
                )
            {%- endif %}
            else {{ value }}
        end as {{ adapter.quote(header | trim) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ file }}
{% endmacro %}


{#- Spark takes options for a file only where a view is made of it. -#}
{% macro view_of_files(view, format, options) %}
    {%- set definition -%}
        create or replace temporary view {{ view }} using {{ format }} options (
            {%- for option, value in options.items() %}
            {{ option }} {{ text_literal(value) }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        )
    {%- endset -%}
    {%- if execute -%}
        {%- do run_query(definition) -%}
    {%- endif -%}
{% endmacro %}
