{#- The var `clv_horizon_days`, checked: how far ahead, in days, CLV and its columns look. -#}
{% macro clv_horizon_days() %}
    {{ return(whole_number_var('clv_horizon_days', lowest=0)) }}
{% endmacro %}
