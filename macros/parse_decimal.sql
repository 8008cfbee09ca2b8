{#-
    Text as a decimal of four places; null where it is no number. The whole text is matched before
    it is cast, because engines differ in what else their cast takes. With a decimal comma, dots may
    stand between groups of three digits and nowhere else.
-#}
{% macro parse_decimal(text) %}
    {%- if choice('decimal_separator', ['.', ',']) == ',' -%}
        {%- set pattern = '^[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]*)?$' -%}
        {%- set number = "replace(replace(" ~ text ~ ", '.', ''), ',', '.')" -%}
    {%- else -%}
        {%- set pattern = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$' -%}
        {%- set number = text -%}
    {%- endif %}
    case
        when regexp_extract({{ text }}, '{{ pattern }}', 0) <> ''
            then try_cast({{ number }} as decimal(18, 4))
    end
{%- endmacro %}
