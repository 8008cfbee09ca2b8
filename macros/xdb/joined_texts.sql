{#- Texts, none of which is null, in one, parted by a character that no text has. -#}
{% macro joined_texts(texts) %}
    {{- return('concat_ws(chr(31), ' ~ texts | join(', ') ~ ')') -}}
{% endmacro %}
