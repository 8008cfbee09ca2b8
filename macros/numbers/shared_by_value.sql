{#-
    A row's share of an amount, in proportion to its value, in whole hundredths. The share is the
    rounded part of the amount up to this row less that before it, so that the shares add up to the
    amount. The last row that has a value takes the remainder.
-#}
{% macro shared_by_value(amount, value, value_so_far, whole_value) -%}
    case
        when {{ whole_value }} = 0 or {{ value }} = 0 then cast(0 as decimal(18, 4))
        when {{ value_so_far }} = {{ whole_value }}
            then cast(
                {{ amount }}
                - {{ hundredths(amount, value_so_far ~ ' - ' ~ value, whole_value) }}
                as decimal(18, 4)
            )
        else cast(
            {{ hundredths(amount, value_so_far, whole_value) }}
            - {{ hundredths(amount, value_so_far ~ ' - ' ~ value, whole_value) }}
            as decimal(18, 4)
        )
    end
{%- endmacro %}


{#- A part of an amount, rounded to hundredths by floor, which is the same on each engine. -#}
{% macro hundredths(amount, part, whole) -%}
    cast(floor(
        cast({{ amount }} as double) * cast({{ part }} as double)
        / cast(nullif({{ whole }}, 0) as double) * 100e0 + 0.5e0 + 1e-7
    ) as bigint) * cast(0.01 as decimal(18, 4))
{%- endmacro %}
