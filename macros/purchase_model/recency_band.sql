{#- A band of days, each twice as wide as the one before: 1, 2 to 3, 4 to 7, ... -#}
{% macro recency_band(days) -%}
    cast(floor(ln(cast({{ days }} as double)) * power(ln(2e0), -1) + 1e-9) as integer)
{%- endmacro %}
