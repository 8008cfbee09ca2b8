{#-
    Adds to a file of an input what an engine needs to read it: `relation`, the SQL after `from`;
    its `headers`; and `fields`, the SQL of each column as text. The columns of a CSV file are named
    by their position, so that no header is ever used as SQL.
-#}
{% macro read_file(input, preset, file, number) %}
    {%- set file = dict(file) -%}
    {%- if file.format == 'csv' and 'headers' in file -%}
        {%- do file.update({
            'relation': adapter.dispatch('csv_relation', 'customer_value')(
                input, file, number
            ),
            'fields': numbered_columns(file.headers),
        }) -%}
        {{ return(file) }}
    {%- elif file.format == 'table' -%}
        {%- do file.update({'relation': table_relation(file.name)}) -%}
    {%- elif file.format == 'parquet' -%}
        {%- do file.update({'relation': adapter.dispatch(
            'parquet_relation', 'customer_value'
        )(input, file, number)}) -%}
    {%- else -%}
        {%- do file.update({'relation': adapter.dispatch(
            'remote_csv_relation', 'customer_value'
        )(input, file, csv_options(input, preset))}) -%}
    {%- endif -%}
    {%- set columns = columns_of_relation(file.relation) -%}
    {%- set fields = [] -%}
    {%- for column in columns -%}
        {%- do fields.append(column_as_text(column)) -%}
    {%- endfor -%}
    {%- do file.update({
        'headers': columns | map(attribute='name') | list,
        'fields': fields,
    }) -%}
    {{ return(file) }}
{% endmacro %}


{% macro numbered_columns(headers) %}
    {%- set columns = [] -%}
    {%- for header in headers -%}
        {%- do columns.append('c' ~ loop.index0) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{#- Name and type of each column of a relation, which can be any SQL after `from`. -#}
{% macro columns_of_relation(relation) %}
    {%- set columns = [] -%}
    {%- for row in adapter.dispatch('describe_relation', 'customer_value')(relation).rows -%}
        {%- do columns.append({'name': row[0], 'dtype': row[1]}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}


{% macro duckdb__describe_relation(relation) %}
    {{ return(run_query('describe select * from ' ~ relation)) }}
{% endmacro %}


{% macro spark__describe_relation(relation) %}
    {{ return(run_query('describe query select * from ' ~ relation)) }}
{% endmacro %}


{% macro duckdb__parquet_relation(input, file, number) %}
    {{- return('read_parquet(' ~ text_literal(file.read_path) ~ ', union_by_name = true)') -}}
{% endmacro %}


{#-
    DuckDB detects nothing itself. It accepts any line end and any number of fields here, because
    the form of the file was checked before (macros/input/input_files.sql). If quoted fields may
    contain line ends it reads with one thread: a thread that starts within a field finds no record.
-#}
{% macro duckdb__csv_relation(input, file, number) %}
    {%- set columns = [] -%}
    {%- for column in numbered_columns(file.headers) -%}
        {%- do columns.append("'" ~ column ~ "': 'varchar'") -%}
    {%- endfor -%}
    {{ return(
        'read_csv(' ~ text_literal(file.read_path)
        ~ ', auto_detect = false, header = true, columns = {' ~ columns | join(', ') ~ '}'
        ~ ', delim = ' ~ text_literal(file.dialect.delim)
        ~ ', quote = ' ~ text_literal(file.dialect.quote)
        ~ ', escape = ' ~ text_literal(file.dialect.escape)
        ~ ', encoding = ' ~ text_literal(file.encoding)
        ~ ', parallel = ' ~ ('true' if file.parallel else 'false')
        ~ ", comment = '', nullstr = '', strict_mode = false)"
    ) }}
{% endmacro %}


{#- A file that is not on this machine was not checked: DuckDB fails at a broken line. -#}
{% macro duckdb__remote_csv_relation(input, file, options) %}
    {{ return(
        'read_csv(' ~ text_literal(file.read_path)
        ~ ', header = true, all_varchar = true, union_by_name = true'
        ~ ', delim = ' ~ text_literal(options.delim)
        ~ ', quote = ' ~ text_literal(options.quote)
        ~ ', escape = ' ~ text_literal(options.escape or options.quote)
        ~ ', encoding = ' ~ text_literal(options.encoding)
        ~ ', skip = ' ~ options.skip
        ~ ', comment = ' ~ text_literal(options.comment)
        ~ ", nullstr = '', strict_mode = true)"
    ) }}
{% endmacro %}


{% macro spark__parquet_relation(input, file, number) %}
    {%- set view = input.name ~ '_file_' ~ number -%}
    {%- do view_of_files(view, 'parquet', {'path': file.read_path, 'mergeSchema': 'true'}) -%}
    {{- return(view) -}}
{% endmacro %}


{#- The header line is skipped, because columns are named by their position. -#}
{% macro spark__csv_relation(input, file, number) %}
    {%- set view = input.name ~ '_file_' ~ number -%}
    {%- do view_of_files(
        view, 'csv', dict(spark_csv_options(file.read_path, file.encoding, file.dialect),
                          enforceSchema='true', mode='FAILFAST'),
        numbered_columns(file.headers)
    ) -%}
    {{- return(view) -}}
{% endmacro %}


{% macro spark_csv_options(path, encoding, options) %}
    {{ return({
        'path': path,
        'header': 'true',
        'sep': options.delim,
        'quote': options.quote or '\x00',
        'escape': options.escape or options.quote or '\x00',
        'encoding': {'latin-1': 'ISO-8859-1'}.get(encoding, encoding),
        'multiLine': 'true',
        'maxCharsPerColumn': '-1',
        'maxColumns': '100000',
    }) }}
{% endmacro %}


{#-
    Files that are not on this machine: a line with too few or too many fields is an error, and so
    are files of a glob with different headers, because Spark reads columns by their position.
-#}
{% macro spark__remote_csv_relation(input, file, options) %}
    {%- if options.skip or options.comment -%}
        {{ exceptions.raise_compiler_error(
            "Spark cannot leave out lines of a CSV file that is not on this machine: "
            ~ input.options_var ~ ".skip and .comment are for files that are."
        ) }}
    {%- endif -%}
    {%- do view_of_files(
        input.name ~ '_file', 'csv', dict(
            spark_csv_options(file.read_path, options.encoding, options),
            mode='FAILFAST', unescapedQuoteHandling='RAISE_ERROR',
            enforceSchema='false' if modules.re.search('[*?{[]', file.read_path) else 'true'
        )
    ) -%}
    {%- do run_query(checked_csv_view(input, options)) -%}
    {{- return(input.name ~ '_input') -}}
{% endmacro %}


{#-
    A view of a CSV file that stops the run at faults that Spark reads silently and DuckDB refuses:
    bytes that are not in the encoding, and a quote that is not closed, which puts all further lines
    into one field. Only the last column is checked for these lines, because in any other column the
    record has too few fields, which is an error already.
-#}
{% macro checked_csv_view(input, options) %}
    {%- set file = input.name ~ '_file' -%}
    {%- set headers = columns_of_relation(file) | map(attribute='name') | list -%}
    {%- set field = modules.re.escape(options.delim) -%}
    {%- set whole_line = '\n([^' ~ field ~ '\n]*' ~ field ~ '){' ~ (headers | length - 1) ~ '}' -%}
    create or replace temporary view {{ input.name }}_input as
    select
        {%- for header in headers %}
        {%- set value = quoted_name(header) %}
        case
            when instr({{ value }}, {{ text_literal('\ufffd') }}) > 0
                then raise_error(
                    {{ text_literal(
                        'The ' ~ input.rows ~ ' are not in the encoding ' ~ options.encoding
                        ~ ', in column ' ~ loop.index ~ '. Name the right one in the var '
                        ~ input.options_var ~ '.'
                    ) }}
                )
            {%- if loop.last and not loop.first %}
            when regexp_extract({{ value }}, {{ text_literal(whole_line) }}, 0) <> ''
                then raise_error('A quote of the {{ input.rows }} is not closed.')
            {%- endif %}
            else {{ value }}
        end as {{ quoted_name(header | trim) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ file }}
{% endmacro %}


{#- A view of files, because Spark accepts options for a file only in a view. -#}
{% macro view_of_files(view, format, options, columns=[]) %}
    {%- set definition -%}
        create or replace temporary view {{ view }}
        {%- if columns %} ({{ columns | join(' string, ') }} string){% endif %}
        using {{ format }} options (
            {%- for option, value in options.items() %}
            {{ option }} {{ text_literal(value) }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        )
    {%- endset -%}
    {%- do run_query(definition) -%}
{% endmacro %}


{#- The name of a table with each part quoted, since a part may be a word of SQL, such as order. -#}
{% macro table_relation(name) %}
    {%- set parts = [] -%}
    {%- for part in name.split('.') -%}
        {%- do parts.append(quoted_name(part)) -%}
    {%- endfor -%}
    {{- return(parts | join('.')) -}}
{% endmacro %}


{#- A name as a quoted identifier; quotes in it are escaped. -#}
{% macro quoted_name(name) %}
    {{- return(adapter.dispatch('quoted_name', 'customer_value')(name)) -}}
{% endmacro %}


{% macro duckdb__quoted_name(name) %}
    {{- return('"' ~ name | replace('"', '""') ~ '"') -}}
{% endmacro %}


{% macro spark__quoted_name(name) %}
    {{- return('`' ~ name | replace('`', '``') ~ '`') -}}
{% endmacro %}


{#- The result of customer_value.input_files as JSON, by the function of each engine's plugin. -#}
{% macro duckdb__inspect_files(request) %}
    {{ return(run_query('select inspect_input(' ~ text_literal(request) ~ ')').rows[0][0]) }}
{% endmacro %}


{% macro spark__inspect_files(request) %}
    {{ return(adapter.inspect_input(request)) }}
{% endmacro %}
