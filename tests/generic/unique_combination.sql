{#-
    Fails for each combination of values of the columns that occurs in more than one row. Nulls are
    equal to each other.
-#}
{% test unique_combination(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
