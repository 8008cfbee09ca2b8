{#- A setting of the input that must be one of those listed; any other stops the run. -#}
{% macro input_choice(name, allowed) %}
    {%- set value = input_setting(name) -%}
    {%- if value not in allowed -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "': it must be "
            ~ allowed | join(' or ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(value) }}
{% endmacro %}
