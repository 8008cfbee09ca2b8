{#- A statement that writes columns of this model to a CSV file, with headers. -#}
{% macro duckdb__write_csv(columns, folder, name) %}
    {%- if '://' not in folder -%}
        {%- do make_folder(folder) -%}
    {%- endif -%}
    copy (
        select
            {%- for column in columns %}
            {{ column.value }} as "{{ column.header }}"{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ this }}
        order by
            {%- for column in columns %}
            {{ loop.index }} nulls first{{ ',' if not loop.last }}
            {%- endfor %}
    ) to {{ text_literal(folder ~ '/' ~ name ~ '.csv') }} (format csv, header true)
{% endmacro %}


{#-
    Creates a folder with its parents. DuckDB creates a folder for a partitioned copy, one level at
    a time, also if the copy has no rows.
-#}
{% macro make_folder(folder) %}
    {%- set parts = folder.split('/') -%}
    {%- for part in parts if part -%}
        {%- set path = parts[:loop.index + (1 if folder.startswith('/') else 0)] | join('/') -%}
        {%- do run_query(
            'copy (select 1 as part, 1 as nothing where false) to ' ~ text_literal(path)
            ~ ' (format csv, partition_by (part), overwrite_or_ignore true)'
        ) -%}
    {%- endfor -%}
{% endmacro %}


{#- Spark names its files itself: the folder has the name of the CSV file and contains one file. -#}
{% macro spark__write_csv(columns, folder, name) %}
    insert overwrite directory {{ text_literal(folder ~ '/' ~ name ~ '.csv') }}
    using csv
    options (header 'true', escape '"', encoding 'UTF-8')
    select /*+ coalesce(1) */ *
    from (
        select
            {%- for column in columns %}
            {{ column.value }} as `{{ column.header }}`{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ this }}
        order by
            {%- for column in columns %}
            {{ loop.index }} nulls first{{ ',' if not loop.last }}
            {%- endfor %}
    ) as sorted
{% endmacro %}
