{#-
    The value tier of a customer among those with equal `partition_by`: platinum for the share of
    them that the var `value_tier_shares` names first, and so on; bronze for the rest and for all
    who bring nothing. Equal customers have the same tier: who would share a tier with more than
    belong there is in the next one. Null where there is no value.
-#}
{% macro value_tier(value, partition_by) %}
    {%- set shares = value_tier_shares() -%}
    case
        when {{ value }} is null then null
        when {{ value }} <= 0 then 'bronze'
        {%- for tier in ['platinum', 'gold', 'silver'] %}
        {#- How many have at least as much. #}
        when
            cast(
                count({{ value }}) over (partition by {{ partition_by }}) + 1
                - rank() over (partition by {{ partition_by }} order by {{ value }} asc nulls last)
                as double
            )
            <= {{ '%.9f' | format(shares[:loop.index] | sum) }}e0
            * cast(count({{ value }}) over (partition by {{ partition_by }}) as double) + 1e-9
            then '{{ tier }}'
        {%- endfor %}
        else 'bronze'
    end
{%- endmacro %}


{#- The shares of platinum, gold and silver, checked. -#}
{% macro value_tier_shares() %}
    {%- set shares = var('value_tier_shares') -%}
    {%- set is_list = shares is iterable and shares is not string and shares is not mapping -%}
    {%- if not is_list
        or shares | length != 3
        or shares | reject('number') | list
        or shares | select('le', 0) | list
        or shares | sum >= 1 -%}
        {{ exceptions.raise_compiler_error(
            "The var value_tier_shares is " ~ shares ~ ": it must be a list of three numbers "
            ~ "above 0 that add up to less than 1, the shares of platinum, gold and silver."
        ) }}
    {%- endif -%}
    {{ return(shares) }}
{% endmacro %}
