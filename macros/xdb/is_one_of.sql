{#-
    Whether a text is one of the texts; null if it is null. DuckDB would make a join of a long `in`
    list, and a chain of such joins copies all columns of its rows from one to the next.
-#}
{% macro is_one_of(text, texts) %}
    {%- set literals = [] -%}
    {%- for item in texts -%}
        {%- do literals.append(text_literal(item)) -%}
    {%- endfor -%}
    {{- return(adapter.dispatch('is_one_of', 'customer_value')(text, literals | join(', '))) -}}
{% endmacro %}


{% macro duckdb__is_one_of(text, literals) -%}
    list_contains([{{ literals }}], {{ text }})
{%- endmacro %}


{% macro spark__is_one_of(text, literals) -%}
    {{ text }} in ({{ literals }})
{%- endmacro %}
