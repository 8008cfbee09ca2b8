{#- Whether a text is a date such as 2025-02-03. A cast alone takes more on one engine. -#}
{% macro is_iso_date(text) -%}
    regexp_extract({{ text }}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 0) <> ''
{%- endmacro %}
