{#-
    The post-hook of every export. It writes the table to `<exports_folder>/<export>.csv`, UTF-8
    with a header. The file gets this name when the whole run has succeeded (publish_exports).

    `config.meta.header` of a column is its header in the file; a column without one is not written.
    Rows are sorted by all columns from the left, so that equal tables give equal files.
-#}
{% macro write_export() %}
    {%- if execute -%}
        {#- dbt selects nothing in a retry, so that no hook has asked for today's consents. -#}
        {%- if model.unique_id not in selected_resources -%}
            {{ exceptions.raise_compiler_error(
                "dbt retry writes no exports, because it does not read consents again: "
                ~ "dbt build --select tag:campaigns"
            ) }}
        {%- endif -%}
        {%- set columns = [] -%}
        {%- for column in model.columns.values() -%}
            {%- if column.config.meta.header -%}
                {%- do columns.append({
                    'header': column.config.meta.header,
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
