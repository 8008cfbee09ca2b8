{#-
    A column of an export as it stands in the file. A text that a spreadsheet would take for a
    formula gets a quote in front of it (OWASP, CSV Injection); money has two places. What is no
    number, truth value or date is taken for a text.
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
