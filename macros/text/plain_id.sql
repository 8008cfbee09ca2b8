{#- An id without the `.0` that a spreadsheet or a data frame adds to whole numbers: `13085.0`. -#}
{% macro plain_id(text) -%}
    coalesce(nullif(regexp_extract({{ text }}, '^([0-9]+)[.]0+$', 1), ''), {{ text }})
{%- endmacro %}
