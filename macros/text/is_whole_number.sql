{#- Whether a text has only digits. On one engine a cast also accepts 1.5, and rounds it. -#}
{% macro is_whole_number(text) -%}
    regexp_extract({{ text }}, '^[0-9]+$', 0) <> ''
{%- endmacro %}
