{#-
    How many days ahead predictions reach: as far as the longest horizon, but at least 400 days,
    because the monthly forecast covers the rest of the month and the twelve months after it.
-#}
{% macro clv_reach_days() %}
    {{ return(([400] + clv_horizons()) | max) }}
{% endmacro %}
