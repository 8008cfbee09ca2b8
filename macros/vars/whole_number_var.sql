{#- A var that must be a whole number of at least `lowest`, or a list of them where `is_list`. -#}
{% macro whole_number_var(name, is_list=false, lowest=1) %}
    {%- set value = var(name) -%}
    {%- set is_sequence = value is iterable and value is not string -%}
    {%- set numbers = value if is_list and is_sequence else [value] -%}
    {%- for number in numbers if number is not integer or number < lowest -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ value ~ ": it must be "
            ~ ('a list of whole numbers' if is_list else 'a whole number')
            ~ " of at least " ~ lowest ~ "."
        ) }}
    {%- endfor -%}
    {{ return(numbers if is_list else value) }}
{% endmacro %}
