{#-
    How many days ahead anything is predicted: the longest horizon, and for the forecast by month at
    least the rest of a month and the twelve after it.
-#}
{% macro clv_reach_days() %}
    {{ return(([400] + clv_horizons()) | max) }}
{% endmacro %}
