{#-
    The coefficients of a linear model as columns, aggregated from one row per feature: the
    intercept, and one column per feature. A feature that the model does not use gets 0.
-#}
{% macro coefficient_columns() -%}
    max(case when feature = 'intercept' then coefficient end) as intercept
    {%- for feature in model_features() %},
    coalesce(max(case when feature = '{{ feature.name }}' then coefficient end), 0e0)
        as {{ feature.name }}
    {%- endfor %}
{%- endmacro %}


{#-
    The value of a linear model: the intercept plus the sum of each coefficient times its feature.
    `coefficients` is the alias of a relation with the columns of coefficient_columns, `vectors` the
    alias of rows of int_customers__feature_vectors.
-#}
{% macro linear_form(coefficients, vectors) -%}
    (
        {{ coefficients }}.intercept
        {%- for feature in model_features() %}
        + {{ coefficients }}.{{ feature.name }} * {{ vectors }}.{{ feature.name }}
        {%- endfor %}
    )
{%- endmacro %}
