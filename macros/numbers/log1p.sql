{#- ln(1 + z) for z >= 0, also where 1 + z is 1 for a double. -#}
{% macro log1p(z) -%}
    case
        when {{ z }} < 1e-5 then {{ z }} * (1e0 - {{ z }} * (0.5e0 - {{ z }} / 3e0))
        else ln(1e0 + {{ z }})
    end
{%- endmacro %}
