{#-
    The number of the band that a positive number of days, or a ratio, is in. Each band is twice as
    wide as the one before: band 0 has 1 day, band 1 has 2 to 3 days, band 2 has 4 to 7, ...
-#}
{% macro recency_band(days) -%}
    cast(floor(ln(cast({{ days }} as double)) * power(ln(2e0), -1) + 1e-9) as integer)
{%- endmacro %}
