{#-
    The sum of doubles, added as decimals with the given number of places, so that the result does
    not depend on the order of the rows.
-#}
{% macro sum_exactly(expression, places=10) -%}
    cast(sum(cast({{ expression }} as decimal(28, {{ places }}))) as double)
{%- endmacro %}
