{#-
    A var that must be a number from `lowest` to `highest`, as a double. True and false are numbers
    for Jinja, and .nan is below no number.
-#}
{% macro number_var(name, lowest=none, highest=none) %}
    {%- set value = var(name) -%}
    {%- if value is not number or value is boolean
        or not (lowest if lowest is not none else -1e15) <= value
            <= (highest if highest is not none else 1e15) -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ in_words(value) ~ ": it must be a number"
            ~ (" of at least " ~ lowest if lowest is not none else "")
            ~ (" and at most " ~ highest if highest is not none else "") ~ "."
        ) }}
    {%- endif -%}
    {{ return("cast('" ~ value ~ "' as double)") }}
{% endmacro %}
