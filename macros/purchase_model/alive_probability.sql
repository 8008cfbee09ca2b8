{#-
    P(alive) = 1 / (1 + odds), where `odds` are the odds that the customer dropped out at the last
    dropout occasion. Without an occasion the odds are 0.

    `dropout_occasions`: x in BG/NBD (Fader, Hardie and Lee 2005, the denominator of eq. 10), x + 1
    in MBG/NBD (Batislam et al. 2007), where customers may drop out after the first order too.
-#}
{% macro alive_probability(parameters, dropout_occasions, repeat_count, age, last_order_age) -%}
    power(1e0 + case
        when {{ dropout_occasions }} > 0e0
            then exp(least(
                ln({{ parameters }}.a) - ln({{ parameters }}.b + {{ dropout_occasions }} - 1e0)
                + ({{ parameters }}.r + cast({{ repeat_count }} as double)) * (
                    ln({{ parameters }}.alpha + {{ age }})
                    - ln({{ parameters }}.alpha + {{ last_order_age }})
                ), 700e0
            ))
        else 0e0
    end, -1)
{%- endmacro %}
