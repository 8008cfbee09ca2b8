{#-
    An E.164 number in the form of RFC 3966, `tel:+447700900123`. Unlike a number that starts with a
    plus, spreadsheets do not read it as a formula.
-#}
{% macro phone_uri(phone) -%}
    'tel:' || {{ phone }}
{%- endmacro %}
