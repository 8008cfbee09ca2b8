{#- Whether a text looks like 2025-02-03. On one engine a cast also accepts other formats. -#}
{% macro is_iso_date(text) -%}
    regexp_extract({{ text }}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 0) <> ''
{%- endmacro %}
