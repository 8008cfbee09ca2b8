{#- A setting of the input, which must be one of the allowed values; any other stops the run. -#}
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
