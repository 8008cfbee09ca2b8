{#- ln(1 + z) for z >= 0, accurate also where z is so small that 1 + z rounds to 1. -#}
{% macro log1p(z) -%}
    case
        when {{ z }} < 1e-5 then {{ z }} * (1e0 - {{ z }} * (0.5e0 - {{ z }} / 3e0))
        else ln(1e0 + {{ z }})
    end
{%- endmacro %}
