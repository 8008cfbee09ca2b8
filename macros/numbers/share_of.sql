{#- A row's share of the column's sum over the rows of its group; null where the sum is 0. -#}
{% macro share_of(column, group) -%}
    cast({{ column }} as double)
    / cast(nullif(sum({{ column }}) over (partition by {{ group }}), 0) as double)
{%- endmacro %}
