{#- The value of a var. A value that is not in `allowed` stops the run with a list of them. -#}
{% macro choice(name, allowed) %}
    {%- if var(name) not in allowed -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ in_words(var(name)) ~ ": it must be "
            ~ allowed | join(' or ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(var(name)) }}
{% endmacro %}
