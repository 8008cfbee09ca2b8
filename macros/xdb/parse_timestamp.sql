{#-
    Text as a timestamp in UTC; null where it is none. Without the var `ordered_at_format`, ISO 8601
    is expected; a time with an offset is converted, one without is taken as it stands.
-#}
{% macro parse_timestamp(text) %}
    {{- return(adapter.dispatch('parse_timestamp', 'customer_value')(text)) -}}
{% endmacro %}


{% macro duckdb__parse_timestamp(text) %}
    {%- set format = var('ordered_at_format') -%}
    {%- if format -%}
        {%- set parsed = "try_strptime(" ~ text ~ ", '" ~ format | replace("'", "''") ~ "')" -%}
        {{ "timezone('UTC', " ~ parsed ~ ")" if '%z' in format else parsed }}
    {%- else -%}
        {#-
            The whole text is matched before it is cast. The cast alone would take "epoch" and
            "infinity", and keep the zone of a text like "2024-01-05 10:00 Europe/Berlin" for the
            values after it.
        -#}
        {%- set day = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' -%}
        {%- set time = '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?' -%}
        {%- set offset = 'Z|[+-][0-9]{2}(:?[0-9]{2})?' -%}
        {%- set pattern = day ~ '([ T]' ~ time ~ ')?( ?(' ~ offset ~ '))?' -%}
        timezone(
            'UTC',
            try_cast(
                case
                    when regexp_full_match({{ text }}, '{{ pattern }}')
                        -- A blank before the offset is not cast; none stands elsewhere before a
                        -- sign.
                        then replace(replace({{ text }}, ' +', '+'), ' -', '-')
                end as timestamptz
            )
        )
    {%- endif -%}
{% endmacro %}
