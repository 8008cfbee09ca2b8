{#-
    The post-hook of every export: its table as a file, `<exports_folder>/<export>.csv`, by default
    under dbt's target folder, UTF-8 with a header.

    `config.meta.header` of a column is its header in the file; a column without one stays in the
    table. Where no contacts are given, the columns that come from them (`config.meta.is_contact`)
    are left out, and customer ids stand in the file instead. Rows are sorted by all columns from
    the left, so that equal tables give equal files.
-#}
{% macro write_export() %}
    {%- if execute -%}
        {%- set columns = [] -%}
        {%- for column in model.columns.values() -%}
            {%- set meta = column.config.meta -%}
            {%- set is_in_file = meta.header if has_customer_contacts() else not meta.is_contact -%}
            {%- if is_in_file -%}
                {%- do columns.append({
                    'header': meta.header or column.name,
                    'value': export_value(column),
                }) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set folder = var('exports_folder') or (flags.TARGET_PATH or 'target') ~ '/exports' -%}
        {{ adapter.dispatch('write_csv', 'customer_value')(columns, folder, model.name) }}
    {%- endif -%}
{% endmacro %}
