{#-
    Usage: with scored as (...), {{ strongest_features('scored', contributions) }}
    next_cte as (select * from strongest_features) select * from next_cte

    Needs the relation `rows`, and `contributions`: a list of entries with a `contribution`, an
    expression for a number, and `words`, an expression for a text, both over the columns of `rows`.

    Returns `strongest_features`, followed by a comma: `rows` with the columns reason_1, reason_2,
    ..., one per place. They hold the words of the largest contribution, the second largest, and so
    on; null where no further contribution is above 0. Of equal contributions the one listed first
    comes first, so round contributions that engines may compute differently in the last digit. The
    columns place_1, place_2, ... hold the position of the entry in the list, counted from 0.
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
