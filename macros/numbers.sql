{#- The whole numbers from 0 to count - 1, as a relation with one column, `number`. -#}
{% macro numbers(count, alias='numbers') -%}
    (values {% for number in range(count) %}({{ number }}){{ ', ' if not loop.last }}{% endfor %}) as {{ alias }} (number)
{%- endmacro %}
