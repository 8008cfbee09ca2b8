{#- Trimmed text; null where it only says that nothing is there. -#}
{% macro text_or_null(column) -%}
    case when lower({{ column }}) not in ('', 'null', 'none', 'nan', 'n/a') then {{ column }} end
{%- endmacro %}
