{#-
    The standard normal quantile at a probability strictly between 0 and 1, by the rational
    approximation of Hastings (Abramowitz and Stegun, 26.2.23), with an error below 4.5e-4.
-#}
{% macro normal_quantile(probability) -%}
    {%- set tail = 'least(' ~ probability ~ ', 1e0 - (' ~ probability ~ '))' -%}
    {%- set t = 'sqrt(-2e0 * ln(' ~ tail ~ '))' -%}
    (case when {{ probability }} < 0.5e0 then -1e0 else 1e0 end) * (
        {{ t }} - (2.515517e0 + {{ t }} * (0.802853e0 + {{ t }} * 0.010328e0))
        * power(
            1e0 + {{ t }} * (1.432788e0 + {{ t }} * (0.189269e0 + {{ t }} * 0.001308e0)), -1
        )
    )
{%- endmacro %}
