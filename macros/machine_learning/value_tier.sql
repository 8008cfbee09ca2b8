{#-
    The value tier of a customer among those with equal `partition_by`: platinum, gold and silver
    for the shares of the var `value_tier_shares`, from the highest value down; bronze for the rest,
    and for every value of 0 or less. Customers with equal values get the same tier: where they do
    not all fit into a tier's share, they all get the next one. Null where `value` is null.
-#}
{% macro value_tier(value, partition_by) %}
    {%- set shares = value_tier_shares() -%}
    case
        when {{ value }} is null then null
        when {{ value }} <= 0 then 'bronze'
        {%- for tier in ['platinum', 'gold', 'silver'] %}
        {#- The number of customers with at least this value. #}
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


{#- The var value_tier_shares, validated: the shares of platinum, gold and silver. -#}
{% macro value_tier_shares() %}
    {%- set shares = var('value_tier_shares') -%}
    {%- set is_list = shares is iterable and shares is not string and shares is not mapping -%}
    {%- if not is_list
        or shares | length != 3
        or shares | reject('number') | list
        or shares | select('le', 0) | list
        or not shares | sum < 1 -%}
        {{ exceptions.raise_compiler_error(
            "The var value_tier_shares is " ~ shares ~ ": it must be a list of three numbers "
            ~ "above 0 that add up to less than 1, the shares of platinum, gold and silver."
            ~ (" If dbt_project.yml has two blocks of vars, dbt reads the last one only."
               if shares is none else '')
        ) }}
    {%- endif -%}
    {{ return(shares) }}
{% endmacro %}
