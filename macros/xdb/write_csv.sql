{#- A statement that writes columns of this model to a CSV file, with headers. -#}
{% macro duckdb__write_csv(columns, path) %}
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
    ) to {{ text_literal(path) }} (format csv, header true)
{% endmacro %}


{#- Spark names its files itself: the folder has the name of the CSV file and contains one file. -#}
{% macro spark__write_csv(columns, path) %}
    insert overwrite directory {{ text_literal(path) }}
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
