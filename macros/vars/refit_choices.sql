{#- What the var refit can be: when models are fitted. -#}
{% macro refit_choices() %}
    {{ return(['build', 'month', 'never']) }}
{% endmacro %}
