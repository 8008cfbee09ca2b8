{#- The value of a var that must be one of those listed; any other stops the run and names them. -#}
{% macro choice(name, allowed) %}
    {%- if var(name) not in allowed -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ var(name) ~ "': it must be "
            ~ allowed | join(' or ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(var(name)) }}
{% endmacro %}
