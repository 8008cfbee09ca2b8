{#- The horizons that purchase models predict, in days: those of CLV and of the back-tests. -#}
{% macro clv_horizons() %}
    {{ return((
        [clv_horizon_days()]
        + whole_number_var('backtest_horizon_days', is_list=true)
    ) | unique | sort) }}
{% endmacro %}
