{#-
    A var that must be a whole number from `lowest` to `highest`, by default the days of a century,
    or a list of them where `is_list`.
-#}
{% macro whole_number_var(name, is_list=false, lowest=1, highest=36500) %}
    {%- set value = var(name) -%}
    {%- set is_sequence = value is iterable and value is not string and value is not mapping -%}
    {%- set numbers = value | list if is_list and is_sequence else [value] -%}
    {%- set wrong = [] -%}
    {%- for number in numbers if number is not integer or not lowest <= number <= highest -%}
        {%- do wrong.append(number) -%}
    {%- endfor -%}
    {%- if wrong or not numbers or numbers | unique | list | length < numbers | length -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ in_words(value) ~ ": it must be "
            ~ ('a list of whole numbers' if is_list else 'a whole number')
            ~ " of at least " ~ lowest ~ " and at most " ~ highest
            ~ (", each only once." if is_list else ".")
        ) }}
    {%- endif -%}
    {{ return(numbers if is_list else value) }}
{% endmacro %}
