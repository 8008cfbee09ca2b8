{#- Fails if the model has more or fewer rows than the other relation. -#}
{% test equal_row_count(model, to) %}
    with row_counts as (
        select
            (select count(*) from {{ model }}) as row_count,
            (select count(*) from {{ to }}) as expected_row_count
    )

    select * from row_counts
    where row_count <> expected_row_count
{% endtest %}
