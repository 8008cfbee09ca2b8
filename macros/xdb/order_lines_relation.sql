{#-
    What stands behind `from` to read the input that ORDER_LINES names: a file, a glob, or a table
    of the warehouse.
-#}
{% macro order_lines_relation() %}
    {%- set path = env_var('ORDER_LINES', '') or 'seeds/sample_order_lines.csv' -%}
    {{ return(adapter.dispatch('order_lines_relation', 'customer_value')(path)) }}
{% endmacro %}


{% macro duckdb__order_lines_relation(path) %}
    {%- set suffix = (path | lower).removesuffix('.gz').split('.') | last -%}
    {%- set quoted = "'" ~ path | replace("'", "''") ~ "'" -%}
    {%- if suffix == 'parquet' -%}
        {{ return('read_parquet(' ~ quoted ~ ', union_by_name = true)') }}
    {%- elif suffix in ['csv', 'tsv', 'txt'] -%}
        {#-
            The dialect is said, not guessed: DuckDB's guess makes the best of a broken line, and
            may take the lines before it for no data. A line with too few or too many fields is an
            error.
        -#}
        {%- set options = {
            'header': 'true',
            'all_varchar': 'true',
            'union_by_name': 'true',
            'delim': "'\t'" if suffix == 'tsv' else "','",
            'quote': "'\"'",
            'escape': "'\"'",
            'skip': '0',
        } -%}
        {%- for option, value in (var('csv_options') or {}).items() -%}
            {%- if option not in ['delim', 'quote', 'escape', 'encoding', 'skip'] -%}
                {{ exceptions.raise_compiler_error(
                    "The var csv_options has no option '" ~ option
                    ~ "': delim, quote, escape, encoding and skip are there."
                ) }}
            {%- endif -%}
            {%- set text = "'" ~ value | string | replace("'", "''") ~ "'" -%}
            {%- do options.update({option: value if value is number else text}) -%}
        {%- endfor -%}
        {%- set arguments = [quoted] -%}
        {%- for option, value in options.items() -%}
            {%- do arguments.append(option ~ ' = ' ~ value) -%}
        {%- endfor -%}
        {{ return('read_csv(' ~ arguments | join(', ') ~ ')') }}
    {%- elif modules.re.match('^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$', path) -%}
        {{ return(path) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "ORDER_LINES is '" ~ path ~ "': it must end in .csv, .csv.gz, .tsv, .txt or .parquet, "
            ~ "or be the name of a table."
        ) }}
    {%- endif -%}
{% endmacro %}
