{#- A name's letters, digits and blanks; null where it has none of them. -#}
{% macro without_punctuation(name) -%}
    nullif({{ trim_blanks(replace_matches(name, '[^\\p{L}\\p{M}\\p{N} ]')) }}, '')
{%- endmacro %}
