{#- Text without blanks, tabs, line ends and no-break spaces at its ends. -#}
{% macro trim_blanks(text) %}
    {{- return(adapter.dispatch('trim_blanks', 'customer_value')(text)) -}}
{% endmacro %}


{% macro duckdb__trim_blanks(text) -%}
    trim({{ text }}, chr(32) || chr(9) || chr(10) || chr(13) || chr(160))
{%- endmacro %}
