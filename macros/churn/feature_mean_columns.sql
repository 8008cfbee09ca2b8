{#- The mean of each feature as a column of its name, from the rows of int_feature_scales. -#}
{% macro feature_mean_columns() -%}
    {%- for feature in model_features() %}
    max(case when feature = '{{ feature.name }}' then feature_mean end)
        as {{ feature.name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
