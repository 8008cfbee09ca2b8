{#- A value of a var in a message: a text in quotes, so that '30' is not taken for 30; cut if long. -#}
{% macro in_words(value) %}
    {%- set words = "'" ~ value ~ "'" if value is string else value | string -%}
    {{ return("not set" if value is none else words | truncate(200, true, '...')) }}
{% endmacro %}
