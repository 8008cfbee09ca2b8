{#-
    An E.164 number as RFC 3966 writes it, `tel:+447700900123`. It does not start with the plus that
    spreadsheets take for a formula.
-#}
{% macro phone_uri(phone) -%}
    'tel:' || {{ phone }}
{%- endmacro %}
