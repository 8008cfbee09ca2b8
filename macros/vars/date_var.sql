{#-
    A var that holds a date, as SQL. A var that is not set gives null, unless it is required. A
    value that is not a date stops the run.
-#}
{% macro date_var(name, is_required=false) %}
    {%- set value = var(name) -%}
    {%- if (value is none or value == '') and not is_required -%}
        {{ return('cast(null as date)') }}
    {%- endif -%}
    {%- set parts = modules.re.match('^([0-9]{4})-([0-9]{2})-([0-9]{2})$', value | string) -%}
    {%- set days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
    {%- if parts -%}
        {%- set year, month, day = parts[1] | int, parts[2] | int, parts[3] | int -%}
        {%- set is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
        {%- if 1900 <= year < 2200 and 1 <= month <= 12
            and 1 <= day <= days[month - 1] + (1 if is_leap and month == 2 else 0) -%}
            {{ return("cast('" ~ value ~ "' as date)") }}
        {%- endif -%}
    {%- endif -%}
    {{ exceptions.raise_compiler_error(
        "The var " ~ name ~ " is " ~ in_words(value) ~ ": it must be a date such as 2011-12-10, "
        ~ "from 1900 to 2199."
    ) }}
{% endmacro %}
