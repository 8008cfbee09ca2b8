{#- The horizon of the published churn risk in days. Back-tests must measure the same horizon. -#}
{% macro churn_horizon_days() %}
    {%- set horizon = whole_number_var('churn_horizon_days') -%}
    {%- set proved = whole_number_var('backtest_horizon_days', is_list=true) -%}
    {%- if horizon not in proved -%}
        {{ exceptions.raise_compiler_error(
            "The var churn_horizon_days is " ~ horizon ~ ": it must be one of "
            ~ "backtest_horizon_days, " ~ proved | join(', ') ~ ", or nothing would prove it."
        ) }}
    {%- endif -%}
    {{ return(horizon) }}
{% endmacro %}
