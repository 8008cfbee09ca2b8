{#- A name reduced to letters, digits and blanks; null where nothing remains. -#}
{% macro without_punctuation(name) -%}
    nullif({{ trim_blanks(replace_matches(name, '[^\\p{L}\\p{M}\\p{N} ]')) }}, '')
{%- endmacro %}
