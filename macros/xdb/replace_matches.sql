{#- Replaces every match of a regular expression in a text. -#}
{% macro replace_matches(text, pattern, replacement='') %}
    {{- return(adapter.dispatch('replace_matches', 'customer_value')(
        text, text_literal(pattern), text_literal(replacement)
    )) -}}
{% endmacro %}


{% macro duckdb__replace_matches(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}


{% macro spark__replace_matches(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }})
{%- endmacro %}
