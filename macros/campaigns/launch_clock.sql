{#-
    The current date for what cannot be undone: the as-of date, which the newest line sets, but no
    later than the clock allows. Otherwise one line of a day to come would launch campaigns, where
    `dbt run` runs no test. The shop may be a day ahead of UTC, and an as-of date is the day after.
    The var as_of_date overrides the clock.
-#}
{% macro launch_clock(as_of_date) %}
    {%- if var('as_of_date') -%}
        {{ as_of_date }}
    {%- else -%}
        least({{ as_of_date }}, cast({{ dbt.dateadd('day', 2, 'current_date') }} as date))
    {%- endif -%}
{% endmacro %}
