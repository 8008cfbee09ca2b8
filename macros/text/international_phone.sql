{#-
    A phone number of a list that names no country, for comparison with E.164: two zeros before a
    country's code are a plus, and a zero in brackets is not dialled from abroad.
-#}
{% macro international_phone(text) -%}
    {{ replace_matches(compact_phone(replace_matches(text, '[(]0[)]')), '^00', '+') }}
{%- endmacro %}
