{#- ln(1 + x) of a count, of days or of money; 0 where there is none, or less. -#}
{% macro log_feature(x) -%}
    ln(1e0 + greatest(coalesce(cast({{ x }} as double), 0e0), 0e0))
{%- endmacro %}
