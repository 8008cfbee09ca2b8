{#-
    The columns of a linear model's coefficients, one row a model: its intercept and each feature's,
    from a table of one row per feature. A feature that the model does not use counts 0.
-#}
{% macro coefficient_columns() -%}
    max(case when feature = 'intercept' then coefficient end) as intercept
    {%- for feature in model_features() %},
    coalesce(max(case when feature = '{{ feature.name }}' then coefficient end), 0e0)
        as {{ feature.name }}
    {%- endfor %}
{%- endmacro %}


{#-
    A linear model's value: the intercept plus each coefficient times its feature. `coefficients` is
    the alias of a relation with the columns of coefficient_columns, `vectors` that of rows of
    int_customers__feature_vectors.
-#}
{% macro linear_form(coefficients, vectors) -%}
    (
        {{ coefficients }}.intercept
        {%- for feature in model_features() %}
        + {{ coefficients }}.{{ feature.name }} * {{ vectors }}.{{ feature.name }}
        {%- endfor %}
    )
{%- endmacro %}
