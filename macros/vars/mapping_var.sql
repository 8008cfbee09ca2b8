{#-
    A var that must be a mapping of names to values, each a text, a number, a list of them, or null;
    one that is not set is an empty mapping. YAML reads yes and no without quotes as true and false,
    which no header or value of a file would equal.
-#}
{% macro mapping_var(name) %}
    {%- set value = var(name, none) or {} -%}
    {%- set wrong = [] -%}
    {%- if value is mapping -%}
        {%- for key, values in value.items() -%}
            {%- set is_list = values is iterable and values is not string
                and values is not mapping -%}
            {%- for item in [key] + (values | list if is_list
                else [] if values is none else [values])
                if item is boolean or (item is not string and item is not number) -%}
                {%- do wrong.append(item) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if value is not mapping or wrong -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ in_words(value) ~ ": it must be a mapping of texts, in "
            ~ "quotes where they are yes, no, true or false, such as "
            ~ {'csv_options': "{delim: ';', encoding: latin-1}",
               'order_line_columns': "{order_id: Order number}",
               'leave_out': "{Void: ['true', 'yes']}",
               'keep_only': "{Type: [Sale]}"}.get(name, "{name: value}") ~ "."
        ) }}
    {%- endif -%}
    {{ return(value) }}
{% endmacro %}
