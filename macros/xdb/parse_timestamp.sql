{#-
    Text as a timestamp in UTC; null where it is none. Without the var `ordered_at_format`, ISO 8601
    is expected; a time with an offset is converted, one without is taken as it stands.
-#}
{% macro parse_timestamp(text) %}
    {{- return(adapter.dispatch('parse_timestamp', 'customer_value')(text)) -}}
{% endmacro %}


{% macro duckdb__parse_timestamp(text) %}
    {%- if var('ordered_at_format') -%}
        try_strptime({{ text }}, '{{ var("ordered_at_format") | replace("'", "''") }}')
    {%- else -%}
        {#-
            The cast alone would take words such as "epoch" and "infinity", and no blank before an
            offset.
        -#}
        {%- set iso = "regexp_replace(" ~ text ~ ", ' ([+-][0-9:]+)$', '\\1')" %}
        case
            when regexp_extract({{ text }}, '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}') <> ''
                then timezone('UTC', try_cast({{ iso }} as timestamptz))
        end
    {%- endif -%}
{% endmacro %}
