{#- A var that must be a number from `lowest` to `highest`, as a double. -#}
{% macro number_var(name, lowest=none, highest=none) %}
    {%- set value = var(name) -%}
    {%- if value is not number
        or (lowest is not none and value < lowest)
        or (highest is not none and value > highest) -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "': it must be a number"
            ~ (" of at least " ~ lowest if lowest is not none else "")
            ~ (" and at most " ~ highest if highest is not none else "") ~ "."
        ) }}
    {%- endif -%}
    {{ return("cast('" ~ value ~ "' as double)") }}
{% endmacro %}
