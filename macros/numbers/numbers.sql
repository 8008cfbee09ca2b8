{#- The whole numbers from 0 to count - 1, as a relation with one column, `number`. -#}
{% macro numbers(count, alias='numbers') -%}
    (values ({{ range(count) | join('), (') }})) as {{ alias }} (number)
{%- endmacro %}
