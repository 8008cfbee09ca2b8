{#-
    Converts a time in UTC into the shop's local time, and the reverse, by the setting `time_zone`,
    with the zone's summer time. Without a zone both are the same.

    A local time that occurs twice, when clocks go back, means the earlier one on both engines.
-#}
{% macro shop_time_of_utc(utc) %}
    {%- set zone = shop_time_zone() -%}
    {{- return(
        adapter.dispatch('zone_time_of_utc', 'customer_value')(utc, text_literal(zone))
        if zone else utc
    ) -}}
{% endmacro %}


{% macro utc_of_shop_time(clock_time) %}
    {%- set zone = shop_time_zone() -%}
    {{- return(
        adapter.dispatch('utc_of_zone_time', 'customer_value')(clock_time, text_literal(zone))
        if zone else clock_time
    ) -}}
{% endmacro %}


{% macro shop_time_zone() %}
    {%- set zone = input_setting('time_zone') -%}
    {%- if zone and zone not in modules.pytz.all_timezones -%}
        {{ exceptions.raise_compiler_error(
            "The var time_zone is '" ~ zone ~ "': it must be a zone of the IANA time zone "
            ~ "database, such as America/Los_Angeles or Europe/Berlin."
        ) }}
    {%- endif -%}
    {{- return(zone) -}}
{% endmacro %}


{% macro duckdb__zone_time_of_utc(utc, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ utc }}))
{%- endmacro %}


{% macro duckdb__utc_of_zone_time(clock_time, zone) -%}
    {%- set instant = 'timezone(' ~ zone ~ ', ' ~ clock_time ~ ')' -%}
    timezone('UTC', case
        {%- for minutes in [60, 30] %}
        {%- set earlier = instant ~ " - interval '" ~ minutes ~ "' minute" %}
        when timezone({{ zone }}, {{ earlier }}) = {{ clock_time }} then {{ earlier }}
        {%- endfor %}
        else {{ instant }}
    end)
{%- endmacro %}


{% macro spark__zone_time_of_utc(utc, zone) -%}
    from_utc_timestamp({{ utc }}, {{ zone }})
{%- endmacro %}


{% macro spark__utc_of_zone_time(clock_time, zone) -%}
    to_utc_timestamp({{ clock_time }}, {{ zone }})
{%- endmacro %}
