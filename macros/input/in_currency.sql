{#- An amount in the reporting currency: times the rate of its day, where it has one. -#}
{% macro in_currency(amount) -%}
    case
        when rate is null then cast({{ amount }} as decimal(18, 4))
        else try_cast({{ amount }} * rate as decimal(18, 4))
    end
{%- endmacro %}
