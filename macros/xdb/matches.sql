{#- Whether a text contains a match of a regular expression; false if the text is null. -#}
{% macro matches(text, pattern) %}
    {{- return(adapter.dispatch('matches', 'customer_value')(text, text_literal(pattern))) -}}
{% endmacro %}


{% macro duckdb__matches(text, pattern) -%}
    coalesce(regexp_matches({{ text }}, {{ pattern }}), false)
{%- endmacro %}


{% macro spark__matches(text, pattern) -%}
    coalesce({{ text }} rlike {{ pattern }}, false)
{%- endmacro %}
