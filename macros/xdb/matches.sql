{#- Whether a text has a match of a regular expression; false where it is null. -#}
{% macro matches(text, pattern) %}
    {{- return(adapter.dispatch('matches', 'customer_value')(text, text_literal(pattern))) -}}
{% endmacro %}


{% macro duckdb__matches(text, pattern) -%}
    coalesce(regexp_matches({{ text }}, {{ pattern }}), false)
{%- endmacro %}


{% macro spark__matches(text, pattern) -%}
    coalesce({{ text }} rlike {{ pattern }}, false)
{%- endmacro %}
