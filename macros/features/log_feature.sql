{#- ln(1 + x) of a count, a number of days or an amount; 0 where x is null or negative. -#}
{% macro log_feature(x) -%}
    ln(1e0 + greatest(coalesce(cast({{ x }} as double), 0e0), 0e0))
{%- endmacro %}
