{#- The CTE `words`: what more and less of each feature mean, in words. -#}
{% macro feature_words_cte(features) -%}
words as (
    select
        cast(feature_words.feature as {{ dbt.type_string() }}) as feature,
        feature_words.more_of_it,
        feature_words.less_of_it
    from (
        values
        {%- for feature in features %}
        ('{{ feature.name }}', '{{ feature.more }}', '{{ feature.less }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as feature_words (feature, more_of_it, less_of_it)
),
{%- endmacro %}
