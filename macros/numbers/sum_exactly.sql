{#-
    The sum of doubles, the same whatever the order in which an engine adds them: as decimals of so
    many places.
-#}
{% macro sum_exactly(expression, places=10) -%}
    cast(sum(cast({{ expression }} as decimal(28, {{ places }}))) as double)
{%- endmacro %}
