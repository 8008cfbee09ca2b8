{#-
    The derivative of ln Gamma(x) of order 1, 2 or 3 (`order` 0, 1 or 2), for x > 0. These are the
    mean, the variance and the third cumulant of the log of a gamma variable of shape x. Computed by
    the recurrence up to x + 4 and the asymptotic series there (Abramowitz and Stegun, 6.3.18,
    6.4.12, 6.4.13), with an error below 1e-6.
-#}
{% macro polygamma(order, x) -%}
    {%- set y = '(' ~ x ~ ' + 4e0)' -%}
    (
    {%- if order == 0 -%}
        ln({{ y }}) - power({{ y }}, -1) / 2e0 - power({{ y }}, -2) / 12e0
        + power({{ y }}, -4) / 120e0 - power({{ y }}, -6) / 252e0
        {%- for step in range(4) %} - power({{ x }} + {{ step }}e0, -1){% endfor %}
    {%- elif order == 1 -%}
        power({{ y }}, -1) + power({{ y }}, -2) / 2e0 + power({{ y }}, -3) / 6e0
        - power({{ y }}, -5) / 30e0 + power({{ y }}, -7) / 42e0
        {%- for step in range(4) %} + power({{ x }} + {{ step }}e0, -2){% endfor %}
    {%- else -%}
        -power({{ y }}, -2) - power({{ y }}, -3) - power({{ y }}, -4) / 2e0
        + power({{ y }}, -6) / 6e0 - power({{ y }}, -8) / 6e0
        {%- for step in range(4) %} - 2e0 * power({{ x }} + {{ step }}e0, -3){% endfor %}
    {%- endif -%}
    )
{%- endmacro %}
