{#-
    Text as a decimal of four places; null where it is no number. Engines differ in what else their
    cast takes.
-#}
{% macro parse_decimal(text) %}
    {%- set number = text if var('decimal_separator') == '.' else
        "replace(replace(" ~ text ~ ", '.', ''), ',', '.')" -%}
    {%- set pattern = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$' %}
    case
        when regexp_extract({{ number }}, '{{ pattern }}', 0) <> ''
            then try_cast({{ number }} as decimal(18, 4))
    end
{%- endmacro %}
