{#-
    The trimmed text of a number, a time or a status; null if it is a program's text for a missing
    value. For names and countries, fewer texts mean missing (macros/text/text_or_null.sql), because
    NA is Namibia.
-#}
{% macro value_or_null(column) -%}
    {%- set markers = ['', 'null', 'none', 'nan', 'n/a', 'na', '<na>', '#n/a', '\\n', '(null)',
                       'nat', 'undefined', '-', '--'] -%}
    case when not {{ is_one_of('lower(' ~ column ~ ')', markers) }} then {{ column }} end
{%- endmacro %}


{#- The same for a number, without the dash of `12,-`, which means zero pennies. -#}
{% macro number_or_null(column) -%}
    case
        when ({{ column }} like '%,_' or {{ column }} like '%._' or {{ column }} like '%--')
            and {{ matches(column, '[0-9][.,][-\u2012-\u2015]+$') }}
            then {{ replace_matches(column, '[.,][-\u2012-\u2015]+$') }}
        else {{ value_or_null(column) }}
    end
{%- endmacro %}
