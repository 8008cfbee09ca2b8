{#- Whether a text is digits alone. A cast alone rounds 1.5 on one engine. -#}
{% macro is_whole_number(text) -%}
    regexp_extract({{ text }}, '^[0-9]+$', 0) <> ''
{%- endmacro %}
