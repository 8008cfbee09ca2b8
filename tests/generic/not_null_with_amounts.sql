{#- As not_null, for columns of money: those are null where the input has no amounts at all. -#}
{% test not_null_with_amounts(model, column_name) %}
    select {{ column_name }}
    from {{ model }}
    where
        {{ column_name }} is null
        and {{ 'true' if input_has_amounts() else 'false' }}
{% endtest %}
