{#- A name on one line, with one blank between its words; null if it is empty. -#}
{% macro plain_name(text) -%}
    nullif({{ trim_blanks(replace_matches(text, '[\\s\u00a0]+', ' ')) }}, '')
{%- endmacro %}
