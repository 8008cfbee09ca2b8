{#- Joins texts, none of which is null, with a separator that no text contains. -#}
{% macro joined_texts(texts) %}
    {{- return('concat_ws(chr(31), ' ~ texts | join(', ') ~ ')') -}}
{% endmacro %}
