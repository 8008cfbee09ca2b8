{#-
    The expression for a column of an export as the file holds it. A text that a spreadsheet would
    read as a formula gets a leading quote (OWASP, CSV Injection). Doubles and decimals are money
    with two decimal places. Every column that is not a number, boolean or date is taken as text.
-#}
{% macro export_value(column) -%}
    {%- set data_type = column.data_type | lower -%}
    {%- if modules.re.match('double|decimal', data_type) -%}
    cast(round({{ column.name }}, 2) as decimal(18, 2))
    {%- elif modules.re.match('boolean|date|integer|bigint', data_type) -%}
    {{ column.name }}
    {%- else -%}
    case
        when substr({{ column.name }}, 1, 1) in (
            '=', '+', '-', '@', '＝', '＋', '－', '＠', chr(9), chr(10), chr(13)
        ) then '''' || {{ column.name }}
        else {{ column.name }}
    end
    {%- endif -%}
{%- endmacro %}
