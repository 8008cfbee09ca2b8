{#- A value of a var in a message, cut if long. Quotes tell the text '30' from the number. -#}
{% macro in_words(value) %}
    {%- set words = "'" ~ value ~ "'" if value is string else value | string -%}
    {{ return("not set" if value is none else words | truncate(200, true, '...')) }}
{% endmacro %}
