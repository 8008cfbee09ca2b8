{#-
    Between `as` and the parenthesis of a CTE that a chain of CTEs reads: it is computed once.
    DuckDB otherwise plans such a chain in a time that grows by 2.5 times with each link; Spark has
    no such keyword, and plans a chain of which each link is read once in linear time.
-#}
{% macro materialized() %}
    {{- return(adapter.dispatch('materialized', 'customer_value')()) -}}
{% endmacro %}


{% macro default__materialized() %}
    {{- return('materialized') -}}
{% endmacro %}


{% macro spark__materialized() %}
    {{- return('') -}}
{% endmacro %}
