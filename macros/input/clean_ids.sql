{#-
    An id without the characters that spreadsheets add to keep leading zeros: the formula of
    `="00042"`, and the apostrophe of `'00042`.
-#}
{% macro unwrapped_id(text) -%}
    case
        when {{ text }} like '="%"' then substr({{ text }}, 3, length({{ text }}) - 3)
        when {{ text }} like '''%' and {{ matches(text, "^'[0-9]") }} then substr({{ text }}, 2)
        else {{ text }}
    end
{%- endmacro %}


{#-
    A customer's id in one spelling for orders, contacts, aliases and suppression list:

    - `unwrapped_id` is applied;
    - `13085.0`, as spreadsheets and data frames write whole numbers, loses its decimal places;
    - 1.23457E+5 becomes digits, because none are lost (1.23457E+11 has lost some, and is kept);
    - an e-mail address becomes lower case.
-#}
{% macro clean_customer_id(text) -%}
    {%- set id = '(' ~ unwrapped_id(text) ~ ')' -%}
    case
        when {{ text }} like '%@%' and {{ matches(id, '^[^@\\s]+@[^@\\s]+[.][^@\\s]+$') }}
            then lower({{ id }})
        when {{ is_damaged_id(text) }}
            and cast(
                length(regexp_extract({{ text }}, '^[0-9][.]([0-9]+)[eE]', 1))
                as {{ dbt.type_string() }}
            ) = regexp_extract({{ text }}, '[eE][+]?0*([0-9]+)$', 1)
            then replace(regexp_extract({{ text }}, '^([0-9][.][0-9]+)[eE]', 1), '.', '')
        when {{ text }} like '%.%0' then {{ plain_id(id) }}
        else {{ id }}
    end
{%- endmacro %}


{#- Whether an id is a number in a spreadsheet's scientific notation, and may have lost digits. -#}
{% macro is_damaged_id(text) -%}
    ({{ text }} like '_.%' or {{ text }} like '_,%')
    and {{ matches(text, '^[0-9][.,][0-9]+[eE][+]?[0-9]+$') }}
{%- endmacro %}


{#-
    A customer's id, or null if the text means that there is none: a program's text for a missing
    value, or a value of the var `guest_customer_ids`, such as 0 or Guest.
-#}
{% macro customer_id_or_null(text) %}
    {%- set markers = ['', 'null', 'none', 'nan', 'n/a', 'na', '<na>', '#n/a', '\\n', '(null)',
                       'nat', 'undefined'] -%}
    {%- set guests = list_var('guest_customer_ids') | map('string') | map('lower') | list -%}
    case when not {{ is_one_of('lower(' ~ text ~ ')', markers + guests) }} then {{ text }} end
{%- endmacro %}


{#-
    The value of a var as a list of texts or numbers; a single value becomes a list of one. YAML
    reads yes and no without quotes as true and false, which no value of a file would equal.
-#}
{% macro list_var(name) %}
    {%- set value = var(name, none) -%}
    {%- set is_list = value is iterable and value is not string and value is not mapping -%}
    {%- set items = [] if value is none else value | list if is_list else [value] -%}
    {%- for item in items if item is boolean or (item is not string and item is not number) -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ in_words(value) ~ ": it must be a list of texts, in "
            ~ "quotes where they are yes, no, true or false, such as "
            ~ {'ordered_at_format': "['%d.%m.%Y %H:%M', '%d.%m.%Y']",
               'uncounted_statuses': "[cancelled, failed]",
               'counted_statuses': "[bezahlt]"}.get(name, "['0', Guest]") ~ "."
        ) }}
    {%- endfor -%}
    {{ return(items) }}
{% endmacro %}
