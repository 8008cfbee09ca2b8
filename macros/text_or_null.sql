{#- Text without the blanks at its ends; null where it only says that nothing is there. -#}
{% macro text_or_null(column) -%}
    case
        when lower({{ trim_blanks(column) }}) not in ('', 'null', 'none', 'nan', 'n/a')
            then {{ trim_blanks(column) }}
    end
{%- endmacro %}
