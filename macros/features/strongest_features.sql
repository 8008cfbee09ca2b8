{#-
    What speaks loudest for a row, in words: CTEs that add the columns reason_1, reason_2, ... to
    the relation `rows`, and end in the CTE strongest_features; a comma comes after them. Each of
    `contributions` has a `contribution`, an expression for a number, and `words`, one for a text,
    both over the columns of `rows`. The greatest contribution gives reason_1, the next reason_2; a
    reason is null where nothing above 0 is left. Of equal contributions the one listed first comes
    first: round what engines may reckon differently in the last digit.

    The columns place_1, place_2, ... say which of the list it was, counted from 0.
-#}
{% macro strongest_features(rows, contributions, places=3) -%}
{%- for place in range(1, places + 1) -%}
{%- set told = [] -%}
{%- for earlier in range(1, place) -%}
    {%- do told.append('place_' ~ earlier) -%}
{%- endfor -%}
{%- set left = [] -%}
{%- for entry in contributions -%}
    {%- do left.append(
        'case when ' ~ loop.index0 ~ ' in (' ~ told | join(', ') ~ ') then 0e0 else '
        ~ entry.contribution ~ ' end' if told else entry.contribution
    ) -%}
{%- endfor -%}
strongest_{{ place }} as (
    select
        *,
        case greatest(0e0, {{ left | join(', ') }})
            when 0e0 then null
            {%- for contribution in left %}
            when {{ contribution }} then {{ loop.index0 }}
            {%- endfor %}
        end as place_{{ place }}
    from {{ rows if place == 1 else 'strongest_' ~ (place - 1) }}
),

{% endfor -%}
strongest_features as (
    select
        *,
        {%- for place in range(1, places + 1) %}
        case place_{{ place }}
            {%- for entry in contributions %}
            when {{ loop.index0 }} then {{ entry.words }}
            {%- endfor %}
        end as reason_{{ place }}{{ ',' if not loop.last }}
        {%- endfor %}
    from strongest_{{ places }}
),
{%- endmacro %}
