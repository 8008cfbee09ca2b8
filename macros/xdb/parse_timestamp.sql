{#-
    Parses text as a time by the first format of the setting `ordered_at_format` that fits; null if
    none fits. A format is `iso` (ISO 8601, also with slashes after a year of four digits), `excel`
    (a spreadsheet's days since 1899-12-30) or a strptime format.

    With `with_offset`, only texts with an offset from UTC are parsed, into times in UTC; otherwise
    only texts without one, into times as written.
-#}
{% macro parse_timestamp(text, with_offset) %}
    {%- do check_time_formats() -%}
    {%- set said = input_setting('ordered_at_format') -%}
    {%- set formats = [said] if said is string else said -%}
    {%- set parsed = [] -%}
    {%- for format in formats -%}
        {%- if format == 'iso' -%}
            {%- do parsed.append(parse_iso_timestamp(text, with_offset)) -%}
        {%- elif format == 'excel' -%}
            {%- if not with_offset -%}
                {%- do parsed.append(parse_excel_timestamp(text)) -%}
            {%- endif -%}
        {%- elif ('%z' in format) == with_offset -%}
            {%- set pattern = timestamp_pattern(format) -%}
            {%- set matched -%}
                case when {{ matches(text, pattern) }} then {{ text }} end
            {%- endset -%}
            {%- do parsed.append(
                adapter.dispatch('parse_timestamp_as', 'customer_value')(matched, format)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not parsed -%}
        {{- return('cast(null as timestamp)') -}}
    {%- endif -%}
    {{- return('coalesce(' ~ parsed | join(', ') ~ ')' if parsed | length > 1 else parsed[0]) -}}
{% endmacro %}


{#-
    The whole text is matched before it is parsed, because engines accept more, and differ in it:
    "epoch", "infinity", a year alone, any number of blanks. DuckDB's cast also applies the zone of
    a text like "2024-01-05 10:00 Europe/Berlin" to the values after it.
-#}
{% macro parse_iso_timestamp(text, with_offset) %}
    {%- set day = '([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2})' -%}
    {%- set time = '([01]?[0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?' -%}
    {%- set offset = ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)' -%}
    {%- set pattern = '^' ~ day ~ '([ T]' ~ time ~ ')?' ~ (offset if with_offset else '') ~ '$' -%}
    {#- Most texts have no sign or Z after the day, and so no offset: a cheap first check. -#}
    {%- set has_sign = text ~ " like '%+%' or " ~ text ~ " like '%Z' or substr(" ~ text
        ~ ", 9) like '%-%'" -%}
    {%- if not with_offset -%}
        case
            when not ({{ has_sign }}) and {{ matches(text, pattern) }}
                then try_cast(
                    case
                        when {{ text }} like '%/%' then replace({{ text }}, '/', '-')
                        else {{ text }}
                    end as timestamp
                )
        end
    {%- else -%}
        {%- set iso_text -%}
            case
                when ({{ has_sign }}) and {{ matches(text, pattern) }}
                    -- The cast fails at a blank before the offset; no other blank precedes a sign.
                    then replace(replace(replace({{ text }}, ' +', '+'), ' -', '-'), '/', '-')
            end
        {%- endset -%}
        {{ adapter.dispatch('cast_to_utc', 'customer_value')(iso_text) }}
    {%- endif -%}
{% endmacro %}


{#- Parses a spreadsheet's day number from 1970 to 2099, whose fraction is the time of day. -#}
{% macro parse_excel_timestamp(text) %}
    {%- set days -%}
        case
            when length({{ text }}) = 5 or substr({{ text }}, 6, 1) in ('.', ',')
                then case when {{ matches(text, '^[0-9]{5}([.,][0-9]+)?$') }}
                    then try_cast(replace({{ text }}, ',', '.') as double) end
        end
    {%- endset -%}
    {%- set seconds = 'cast(round((' ~ days ~ ' - 25569e0) * 86400e0) as bigint)' -%}
    case
        when {{ days }} >= 25569e0 and {{ days }} < 73051e0
            then {{ adapter.dispatch('timestamp_of_seconds', 'customer_value')(seconds) }}
    end
{%- endmacro %}


{% macro duckdb__timestamp_of_seconds(seconds) -%}
    make_timestamp({{ seconds }} * 1000000)
{%- endmacro %}


{% macro spark__timestamp_of_seconds(seconds) -%}
    timestamp_seconds({{ seconds }})
{%- endmacro %}


{% macro duckdb__cast_to_utc(text) -%}
    timezone('UTC', try_cast({{ text }} as timestamptz))
{%- endmacro %}


{#- The profile sets the session's time zone to UTC. -#}
{% macro spark__cast_to_utc(text) -%}
    try_cast({{ text }} as timestamp)
{%- endmacro %}


{% macro duckdb__parse_timestamp_as(text, format) %}
    {%- set parsed = 'try_strptime(' ~ text ~ ', ' ~ text_literal(format) ~ ')' -%}
    {{- "timezone('UTC', " ~ parsed ~ ")" if '%z' in format else parsed -}}
{% endmacro %}


{% macro spark__parse_timestamp_as(text, format) %}
    {%- set pattern = [] -%}
    {%- for part in timestamp_format_parts(format) -%}
        {%- if part.java -%}
            {#- A single letter matches one digit or two; adjoining numbers need exactly two. -#}
            {%- set is_short = part.is_run_on and part.java | length == 1 -%}
            {%- do pattern.append(part.java * (2 if is_short else 1)) -%}
        {%- else -%}
            {%- do pattern.append("'" ~ part.text | replace("'", "''") ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set parsed = 'try_to_timestamp(' ~ text ~ ', ' ~ text_literal(pattern | join) ~ ')' -%}
    {%- if '%y' in format -%}
        {#- strptime reads the years 69 to 99 as 19xx, Java as 20xx. -#}
        case when year({{ parsed }}) >= 2069 then {{ parsed }} - interval '100' year
            else {{ parsed }} end
    {%- else -%}
        {{ parsed }}
    {%- endif -%}
{%- endmacro %}


{#- A regular expression for the whole of a text in the format. -#}
{% macro timestamp_pattern(format) %}
    {%- set pattern = [] -%}
    {%- for part in timestamp_format_parts(format) -%}
        {%- set digits = part.digits or '' -%}
        {%- do pattern.append(
            '[0-9]{2}' if part.is_run_on and digits == '[0-9]{1,2}'
            else digits or part.pattern or modules.re.escape(part.text)
        ) -%}
    {%- endfor -%}
    {{- return('^' ~ pattern | join ~ '$') -}}
{% endmacro %}


{#-
    Splits a format into texts and directives. A directive has a regular expression, and the letters
    of Java's formats for Spark. Numbers without a text between them are `is_run_on`, and must have
    all their digits.
-#}
{% macro timestamp_format_parts(format) %}
    {#- +01:00, +0100 or +01: Java's letters for each of them, in brackets because optional. -#}
    {%- set java_offset = '[' ~ 'X' * 3 ~ '][' ~ 'X' * 2 ~ '][X]' -%}
    {%- set directives = {
        '%Y': {'digits': '[0-9]{4}', 'java': 'yyyy'},
        '%y': {'digits': '[0-9]{2}', 'java': 'yy'},
        '%m': {'digits': '[0-9]{1,2}', 'java': 'M'},
        '%d': {'digits': '[0-9]{1,2}', 'java': 'd'},
        '%H': {'digits': '[0-9]{1,2}', 'java': 'H'},
        '%I': {'digits': '[0-9]{1,2}', 'java': 'h'},
        '%M': {'digits': '[0-9]{1,2}', 'java': 'm'},
        '%S': {'digits': '[0-9]{1,2}', 'java': 's'},
        '%f': {'digits': '[0-9]{1,6}', 'java': 'SSSSSS'},
        '%b': {'pattern': '[A-Za-z]{3}', 'java': 'MMM'},
        '%B': {'pattern': '[A-Za-z]{3,9}', 'java': 'MMMM'},
        '%p': {'pattern': '[AaPp][Mm]', 'java': 'a'},
        '%z': {'pattern': '[+-][0-9]{2}(:?[0-9]{2})?', 'java': java_offset},
        '%%': {'text': '%'},
    } -%}
    {%- set parts = [] -%}
    {%- for text in modules.re.findall('%.?|[^%]+', format) -%}
        {%- if text.startswith('%') and text not in directives -%}
            {{ exceptions.raise_compiler_error(
                "The var ordered_at_format has '" ~ text ~ "', which is not read. These are: "
                ~ directives | join(' ') ~ "."
            ) }}
        {%- endif -%}
        {%- set part = directives.get(text, {'text': text}) -%}
        {%- set before = directives.get(loop.previtem | default(''), {}) -%}
        {%- set after = directives.get(loop.nextitem | default(''), {}) -%}
        {%- do parts.append(dict(
            part, is_run_on='digits' in part and ('digits' in before or 'digits' in after)
        )) -%}
    {%- endfor -%}
    {{- return(parts) -}}
{% endmacro %}
