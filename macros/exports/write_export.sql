{#-
    The post-hook of every export. It writes the table to `<exports_folder>/<export>.csv`, UTF-8
    with a header. The file gets this name when the whole run has succeeded (publish_exports).

    `config.meta.header` of a column is its header in the file; a column without one is not written.
    Where no contacts are given, the columns that come from them (`config.meta.is_contact`) are
    omitted and all other columns are written, so that the file holds customer ids instead. Rows are
    sorted by all columns from the left, so that equal tables give equal files.
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
        {%- set path = exports_folder()
            ~ ('/.building/' ~ model.name ~ '.part' if stages_exports()
               else '/' ~ model.name ~ '.csv') -%}
        {{ adapter.dispatch('write_csv', 'customer_value')(columns, path) }}
    {%- endif -%}
{% endmacro %}
