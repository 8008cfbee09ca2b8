{#- A var that must be a mapping of names to values; one that is not set is an empty mapping. -#}
{% macro mapping_var(name) %}
    {%- set value = var(name, none) or {} -%}
    {%- if value is not mapping -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "': it must be a mapping, such as "
            ~ {'csv_options': "{delim: ';', encoding: latin-1}",
               'order_line_columns': "{order_id: Order number}",
               'leave_out': "{Void: ['true', 'yes']}",
               'keep_only': "{Type: [Sale]}"}.get(name, "{name: value}") ~ "."
        ) }}
    {%- endif -%}
    {{ return(value) }}
{% endmacro %}
