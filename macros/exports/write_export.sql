{#-
    The post-hook of every export. It writes the table to `<exports_folder>/<export>.csv`, UTF-8
    with a header; the default folder is `exports` under dbt's target folder.

    `config.meta.header` of a column is its header in the file; a column without one is not written.
    Rows are sorted by all columns from the left, so that equal tables give equal files.
-#}
{% macro write_export() %}
    {%- if execute -%}
        {%- set columns = [] -%}
        {%- for column in model.columns.values() -%}
            {%- if column.config.meta.header -%}
                {%- do columns.append({
                    'header': column.config.meta.header,
                    'value': export_value(column),
                }) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set folder = var('exports_folder') or (flags.TARGET_PATH or 'target') ~ '/exports' -%}
        {{ adapter.dispatch('write_csv', 'customer_value')(columns, folder, model.name) }}
    {%- endif -%}
{% endmacro %}
