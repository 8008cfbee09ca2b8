{#-
    The files of an input, as Python inspects them before an engine reads them
    (customer_value.input_files). Each has its headers, its number of records, and the file that the
    engine reads: a plain copy if engines would read the file differently. A table, or a file that
    is not on this machine, is one file without a record count.
-#}
{% macro input_files(input, preset) %}
    {%- set path = input.path or input.sample -%}
    {%- if is_table_name(path) -%}
        {{ return([{
            'name': path, 'short_name': path, 'format': 'table', 'record_count': none,
        }]) }}
    {%- endif -%}
    {%- set inspected = inspect_input(input, preset, headers_only=false) -%}
    {%- if inspected.problem -%}
        {{ exceptions.raise_compiler_error(inspected.problem) }}
    {%- elif not inspected.is_local -%}
        {%- set format = 'parquet' if file_suffix(path) == 'parquet' else 'csv' -%}
        {{ return([{
            'name': path, 'short_name': path, 'read_path': path,
            'format': format, 'record_count': none,
            'encoding': csv_options(input, preset).encoding,
        }]) }}
    {%- endif -%}
    {%- for file in inspected.files -%}
        {%- do file.update({'dialect': inspected.dialect}) -%}
    {%- endfor -%}
    {{ return(inspected.files) }}
{% endmacro %}


{#- The headers of an input's first file; empty if the preset's dialect cannot read it. -#}
{% macro first_headers(input, preset) %}
    {%- set path = input.path or input.sample -%}
    {%- if is_table_name(path) -%}
        {{ return(columns_of_relation(table_relation(path)) | map(attribute='name') | list) }}
    {%- endif -%}
    {%- set inspected = inspect_input(input, preset, headers_only=true) -%}
    {{ return(inspected.files[0].headers if inspected.files else []) }}
{% endmacro %}


{% macro inspect_input(input, preset, headers_only) %}
    {%- set path = input.path or input.sample -%}
    {%- do check_suffix(input, path) -%}
    {%- set request = {
        'path': path,
        'options': dict(
            csv_options(input, preset),
            options_var=input.options_var, rows=input.rows, headers_only=headers_only
        ),
        'copies': (flags.TARGET_PATH or 'target') ~ '/input',
    } -%}
    {{ return(fromjson(
        adapter.dispatch('inspect_files', 'customer_value')(tojson(request))
    )) }}
{% endmacro %}


{#-
    The complete dialect of a CSV file: the user's options, else the preset's, else plain CSV.
    Without an escape, a quote is escaped by doubling it.
-#}
{% macro csv_options(input, preset) %}
    {%- set path = input.path or input.sample -%}
    {%- set options = {
        'delim': '\t' if file_suffix(path) == 'tsv' else ',',
        'quote': '"',
        'escape': none,
        'encoding': 'utf-8',
        'skip': 0,
        'comment': '',
        'new_line': none,
    } -%}
    {%- do options.update(preset.get('options', {}).get('csv_options', {})) -%}
    {%- for option, value in mapping_var(input.options_var).items() -%}
        {%- if option not in options -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ input.options_var ~ " has no option '" ~ option ~ "': "
                ~ options | join(', ') ~ " are there."
            ) }}
        {%- endif -%}
        {%- do options.update({option: value}) -%}
    {%- endfor -%}
    {{ return(options) }}
{% endmacro %}


{#- The suffix of a file name, ignoring .gz. -#}
{% macro file_suffix(path) %}
    {{ return((path | lower).removesuffix('.gz').split('.') | last) }}
{% endmacro %}


{% macro is_table_name(path) %}
    {{ return(
        file_suffix(path) not in ['parquet', 'csv', 'tsv', 'txt']
        and modules.re.match('^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$', path)
        is not none
    ) }}
{% endmacro %}


{% macro check_suffix(input, path) %}
    {%- if file_suffix(path) not in ['parquet', 'csv', 'tsv', 'txt'] -%}
        {{ exceptions.raise_compiler_error(
            input.variable ~ " is '" ~ path ~ "': it must end in .csv, .csv.gz, .tsv, .txt or "
            ~ ".parquet, or be the name of a table. The files of a folder are folder/*.csv."
        ) }}
    {%- endif -%}
{% endmacro %}
