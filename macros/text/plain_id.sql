{#- An id without the end that a spreadsheet or a data frame gives to whole numbers: `13085.0`. -#}
{% macro plain_id(text) -%}
    coalesce(nullif(regexp_extract({{ text }}, '^([0-9]+)[.]0+$', 1), ''), {{ text }})
{%- endmacro %}
