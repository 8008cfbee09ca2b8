{#- An amount in the reporting currency: multiplied by the exchange rate of its day, if any. -#}
{% macro in_currency(amount) -%}
    case
        when rate is null then cast({{ amount }} as decimal(18, 4))
        else try_cast({{ amount }} * rate as decimal(18, 4))
    end
{%- endmacro %}
