{#- A name in one line, with one blank between its words. -#}
{% macro plain_name(text) -%}
    nullif({{ trim_blanks(replace_matches(text, '[\\s\u00a0]+', ' ')) }}, '')
{%- endmacro %}
