{#-
    1 - exp(-u) for u >= 0. For a small u it is computed by a series, because exp(-u) rounds to 1.
-#}
{% macro chance_of_some(u) -%}
    case
        when {{ u }} < 1e-5 then {{ u }} * (1e0 - {{ u }} * (0.5e0 - {{ u }} / 6e0))
        else 1e0 - exp(-{{ u }})
    end
{%- endmacro %}
