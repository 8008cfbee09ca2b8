{#-
    P(alive): one over 1 and the odds of having left at the last of the occasions to leave. BG/NBD:
    Fader, Hardie and Lee (2005), eq. 10; MBG/NBD: Batislam et al. (2007), with one occasion more.
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
