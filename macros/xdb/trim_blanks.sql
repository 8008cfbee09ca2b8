{#- Removes blanks, tabs, line ends and no-break spaces from both ends of a text. -#}
{% macro trim_blanks(text) %}
    {{- return(adapter.dispatch('trim_blanks', 'customer_value')(
        text, [' ', '\t', '\n', '\r', '\u00a0']
    )) -}}
{% endmacro %}


{#- DuckDB's trim decodes each character of a text: four times slower than to look at its ends. -#}
{% macro default__trim_blanks(text, blanks) -%}
    case
        when
            {%- for blank in blanks %}
            {{ text }} like {{ text_literal(blank ~ '%') }}
            or {{ text }} like {{ text_literal('%' ~ blank) }}
            {{- ' or' if not loop.last }}
            {%- endfor %}
            then trim({{ text }}, {{ text_literal(blanks | join) }})
        else {{ text }}
    end
{%- endmacro %}


{% macro spark__trim_blanks(text, blanks) -%}
    btrim({{ text }}, {{ text_literal(blanks | join) }})
{%- endmacro %}
