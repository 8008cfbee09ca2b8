{#- SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits in lower case. -#}
{% macro sha256_hex(text) %}
    {{- return(adapter.dispatch('sha256_hex', 'customer_value')(text)) -}}
{% endmacro %}


{% macro default__sha256_hex(text) -%}
    sha256({{ text }})
{%- endmacro %}


{% macro spark__sha256_hex(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}
