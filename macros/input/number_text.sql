{#-
    Reads numbers in the spellings of shops. A sign, parentheses (negative) and, in amounts, the
    sign or code of a currency are removed. In the rest:

    - blanks and apostrophes separate groups of three digits;
    - a comma or a point that occurs twice, or before the other one, separates groups;
    - one that is not followed by exactly three digits, or that follows a single 0, is the decimal
      separator;
    - a single point is the decimal separator; a single comma before exactly three digits could be
      either, so that `1,299` is ambiguous unless the var `decimal_separator` decides.

    With the var, a number with another separator is not a number. The two macros are the two steps:
    `number_core` extracts the digits with their separators, and `number_text` returns the number as
    engines cast it, 'ambiguous', or null.
-#}
{% macro number_core(text, is_amount) %}
    {%- set currency = '(?:[A-Z]{3}|[a-z]{3}|[A-Za-z]{0,3}[.]?\\p{Sc}|[Kk][Rr][.]?|Fr[.]?|Rs[.]?'
        ~ '|RM|R|zł|Kč|Ft|lei|лв[.]?|руб[.]?)' -%}
    {%- set currency = '(?:' ~ currency ~ ')?' if is_amount else '' -%}
    {%- set blanks = '[ \u00a0\u202f\u2009]*' -%}
    {%- set sign = '[+\u2212-]?' -%}
    {%- set pattern = '^' ~ currency ~ blanks ~ '[(]?' ~ blanks ~ sign ~ blanks ~ currency ~ blanks
        ~ sign ~ blanks ~ "([0-9.,](?:[0-9.,'\u2019 \u00a0\u202f\u2009]*[0-9.,])?)"
        ~ blanks ~ currency ~ blanks ~ sign ~ blanks ~ '[)]?' ~ blanks ~ currency ~ '$' -%}
    case
        when {{ is_plain_number(text) }} then {{ text }}
        else nullif(regexp_extract({{ text }}, {{ text_literal(pattern) }}, 1), '')
    end
{%- endmacro %}


{% macro number_text(text, core, separator) %}
    {%- if separator == ',' -%}
        {#- number_core keeps the sign of a plain number; it is removed as from other numbers. -#}
        {%- set core = replace_matches(core, '^[+-]') -%}
    {%- endif -%}
    {%- set group_marks = "[ '\u2019\u00a0\u202f\u2009]" -%}
    {%- set bare = replace_matches(core, group_marks) -%}
    {%- set grouped = '^[0-9]{1,3}(' ~ group_marks ~ '[0-9]{3})+([.,][0-9]*)?$' -%}
    {%- set comma_groups = '^([1-9][0-9]{0,2}(,[0-9]{3})+|[1-9][0-9]?(,[0-9]{2})+,[0-9]{3})' -%}
    {%- set repeated_commas =
        '^([1-9][0-9]{0,2}(,[0-9]{3}){2,}|[1-9][0-9]?(,[0-9]{2})+,[0-9]{3})$' -%}
    {%- set point_groups = '^[1-9][0-9]{0,2}([.][0-9]{3})+' -%}
    case
        when {{ core }} is null then null
        {%- if separator != ',' %}
        when {{ is_plain_number(text) }} then {{ text }}
        {%- endif %}
        -- A single parenthesis, or more than one sign.
        when
            ({{ text }} like '%(%') <> ({{ text }} like '%)%')
            or length({{ replace_matches(text, '[^(+\u2212-]') }}) > 1
            then null
        {%- if separator is none %}
        when {{ matches(core, comma_groups ~ '$') }} and not {{ matches(core, repeated_commas) }}
            then 'ambiguous'
        {%- endif %}
        else
            case
                when {{ matches(text, '[(\u2212-]') }} then '-'
                else ''
            end || case
                when
                    {{ matches(core, group_marks) }}
                    and not {{ matches(core, grouped) }}
                    then null
                {%- if separator != ',' %}
                when {{ matches(bare, '^([0-9]+[.]?[0-9]*|[.][0-9]+)$') }} then {{ bare }}
                when {{ matches(core, comma_groups ~ '[.][0-9]*$') }}
                    or {{ matches(core, repeated_commas) }}
                    then replace({{ core }}, ',', '')
                {%- endif %}
                {%- if separator == '.' %}
                when {{ matches(core, comma_groups ~ '$') }} then replace({{ core }}, ',', '')
                {%- endif %}
                {%- if separator != '.' %}
                when {{ matches(bare, '^([0-9]+,?[0-9]*|,[0-9]+)$') }}
                    then replace({{ bare }}, ',', '.')
                when {{ matches(core, point_groups ~ ',[0-9]*$') }}
                    or {{ matches(core, '^[1-9][0-9]{0,2}([.][0-9]{3}){2,}$') }}
                    then replace(replace({{ core }}, '.', ''), ',', '.')
                {%- endif %}
                {%- if separator == ',' %}
                when {{ matches(core, point_groups ~ '$') }} then replace({{ core }}, '.', '')
                {%- endif %}
            end
    end
{%- endmacro %}


{% macro decimal_separator() %}
    {%- set separator = input_setting('decimal_separator') -%}
    {%- if separator not in [none, '.', ','] -%}
        {{ exceptions.raise_compiler_error(
            "The var decimal_separator is '" ~ separator ~ "': it must be '.' or ',', or null "
            ~ "where each number shows which it is."
        ) }}
    {%- endif -%}
    {{ return(separator) }}
{% endmacro %}


{#- Whether a text is a number as programs write it, such as -1.5 or 2e3. -#}
{% macro is_plain_number(text) -%}
    {{ matches(text, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$') }}
{%- endmacro %}


{#-
    Quantity times price of two number texts, as money. The product is exact and rounded once, for
    up to 8 decimal places of a quantity, and 10 of a price (18 of a price below 10). Prices have 19
    digits so that DuckDB computes in 128 bits: a huge amount is then null, not an overflow.

    Most quantities are whole and most prices short. These are multiplied in 64 bits, which is
    several times faster.
-#}
{% macro exact_amount(quantity, price) -%}
    case
        when {{ quantity }} like '%._%' or {{ price }} like '%._____%'
            or lower({{ quantity }} || {{ price }}) like '%e%'
            then coalesce(
                try_cast(
                    try_cast({{ quantity }} as decimal(18, 8))
                    * try_cast({{ price }} as decimal(19, 18)) as decimal(18, 4)
                ),
                try_cast(
                    try_cast({{ quantity }} as decimal(18, 8))
                    * try_cast({{ price }} as decimal(19, 10)) as decimal(18, 4)
                ),
                {{ long_amount(quantity, price) }}
            )
        else coalesce(
            try_cast(
                try_cast({{ quantity }} as decimal(9, 0)) * try_cast({{ price }} as decimal(9, 4))
                as decimal(18, 4)
            ),
            {{ long_amount(quantity, price) }}
        )
    end
{%- endmacro %}


{% macro long_amount(quantity, price) -%}
    try_cast(
        try_cast({{ quantity }} as decimal(18, 4)) * try_cast({{ price }} as decimal(19, 4))
        as decimal(18, 4)
    )
{%- endmacro %}
