{#-
    Text as a timestamp in UTC; null where it is none. Without the var `ordered_at_format`, ISO 8601
    is expected; a time with an offset is converted, one without is taken as it stands.
-#}
{% macro parse_timestamp(text) %}
    {%- if var('ordered_at_format') -%}
        {{- return(adapter.dispatch('parse_timestamp_as', 'customer_value')(
            text, var('ordered_at_format')
        )) -}}
    {%- endif -%}
    {#-
        The whole text is matched before it is cast. Casts alone take more, and not the same in each
        engine: "epoch", "infinity", a year alone. DuckDB's also keeps the zone of a text like
        "2024-01-05 10:00 Europe/Berlin" for the values after it.
    -#}
    {%- set day = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' -%}
    {%- set time = '([01]?[0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?' -%}
    {%- set offset = 'Z|[+-][0-9]{2}(:?[0-9]{2})?' -%}
    {%- set pattern = '^' ~ day ~ '([ T]' ~ time ~ ')?( ?(' ~ offset ~ '))?$' -%}
    {%- set iso_text -%}
        case
            when regexp_extract({{ text }}, '{{ pattern }}', 0) <> ''
                -- A blank before the offset is not cast; none stands elsewhere before a sign.
                then replace(replace({{ text }}, ' +', '+'), ' -', '-')
        end
    {%- endset -%}
    {{- return(adapter.dispatch('cast_to_utc', 'customer_value')(iso_text)) -}}
{% endmacro %}


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


{#- The format's directives as the letters that Spark takes from Java. -#}
{% macro spark__parse_timestamp_as(text, format) %}
    {%- set letters = {
        '%Y': 'yyyy', '%y': 'yy', '%m': 'M', '%d': 'd', '%b': 'MMM', '%B': 'MMMM',
        '%H': 'H', '%I': 'h', '%M': 'm', '%S': 's', '%f': 'SSSSSS', '%p': 'a', '%z': '[XXX][XX][X]',
    } -%}
    {%- set pattern = [] -%}
    {%- for part in modules.re.findall('%.|[^%]+', format) -%}
        {%- set neighbours = loop.previtem | default('') ~ loop.nextitem | default('') -%}
        {%- if not part.startswith('%') -%}
            {%- do pattern.append("'" ~ part | replace("'", "''") ~ "'") -%}
        {%- elif part in letters -%}
            {#- One letter takes one digit or two; between numbers without a text, two are due. -#}
            {%- set is_run_on = letters[part] | length == 1 and '%' in neighbours -%}
            {%- do pattern.append(letters[part] * (2 if is_run_on else 1)) -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error(
                "The var ordered_at_format has '" ~ part ~ "', which Spark cannot read. It reads "
                ~ letters | join(', ') ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- set parsed = 'try_to_timestamp(' ~ text ~ ', ' ~ text_literal(pattern | join) ~ ')' -%}
    {%- if '%y' in format -%}
        {#- 69 to 99 are of the last century, as strptime has it; Java takes them for the next. -#}
        case when year({{ parsed }}) >= 2069 then {{ parsed }} - interval '100' year
            else {{ parsed }} end
    {%- else -%}
        {{ parsed }}
    {%- endif -%}
{%- endmacro %}
