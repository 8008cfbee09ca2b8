{#-
    An id as it was before a spreadsheet held it: without the formula `="00042"` that keeps its
    zeros, and without the apostrophe of `'00042`.
-#}
{% macro unwrapped_id(text) -%}
    case
        when {{ text }} like '="%"' then substr({{ text }}, 3, length({{ text }}) - 3)
        when {{ text }} like '''%' and {{ matches(text, "^'[0-9]") }} then substr({{ text }}, 2)
        else {{ text }}
    end
{%- endmacro %}


{#-
    A customer's id as it is in orders, contacts, aliases and suppression list alike: as
    `unwrapped_id`; without the end that a spreadsheet or a data frame gives to whole numbers,
    `13085.0`; digits for 1.23457E+5, which has lost none (1.23457E+11 has, and stays); an e-mail
    address in lower case.
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


{#- Whether an id is a number as a spreadsheet shortens it, and may have lost digits. -#}
{% macro is_damaged_id(text) -%}
    ({{ text }} like '_.%' or {{ text }} like '_,%')
    and {{ matches(text, '^[0-9][.,][0-9]+[eE][+]?[0-9]+$') }}
{%- endmacro %}


{#-
    A customer's id, or null where the text only says that there is none: what programs write for
    nothing, and what the var `guest_customer_ids` lists, such as 0 or Guest.
-#}
{% macro customer_id_or_null(text) %}
    {%- set markers = ['', 'null', 'none', 'nan', 'n/a', 'na', '<na>', '#n/a', '\\n', '(null)',
                       'nat', 'undefined'] -%}
    {%- set literals = [] -%}
    {%- for marker in markers + list_var('guest_customer_ids') -%}
        {%- do literals.append(text_literal(marker | string | lower)) -%}
    {%- endfor -%}
    case when lower({{ text }}) not in ({{ literals | join(', ') }}) then {{ text }} end
{%- endmacro %}


{#- A var that must be a list; a single value is a list of one. -#}
{% macro list_var(name) %}
    {%- set value = var(name, none) -%}
    {%- if value is mapping -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ value ~ ": it must be a list, such as "
            ~ {'ordered_at_format': "['%d.%m.%Y %H:%M', '%d.%m.%Y']",
               'uncounted_statuses': "[cancelled, failed]"}.get(name, "['0', Guest]") ~ "."
        ) }}
    {%- endif -%}
    {{ return(
        [] if value is none else value | list if value is not string and value is iterable
        else [value]
    ) }}
{% endmacro %}
