{#- Removes blanks, tabs, line ends and no-break spaces from both ends of a text. -#}
{% macro trim_blanks(text) %}
    {{- return(adapter.dispatch('trim_blanks', 'customer_value')(
        text, 'chr(32) || chr(9) || chr(10) || chr(13) || chr(160)'
    )) -}}
{% endmacro %}


{% macro default__trim_blanks(text, blanks) -%}
    trim({{ text }}, {{ blanks }})
{%- endmacro %}


{% macro spark__trim_blanks(text, blanks) -%}
    btrim({{ text }}, {{ blanks }})
{%- endmacro %}
