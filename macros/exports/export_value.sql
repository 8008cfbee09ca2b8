{#-
    A column of an export as it stands in the file. A text that a spreadsheet would take for a
    formula gets a quote in front of it (OWASP, CSV Injection); money has two places.
-#}
{% macro export_value(column) -%}
    {%- if column.data_type == 'double' or column.data_type.startswith('decimal') -%}
    cast(round({{ column.name }}, 2) as decimal(18, 2))
    {%- elif column.data_type == 'string' -%}
    case
        when substr({{ column.name }}, 1, 1) in (
            '=', '+', '-', '@', '＝', '＋', '－', '＠', chr(9), chr(10), chr(13)
        ) then '''' || {{ column.name }}
        else {{ column.name }}
    end
    {%- else -%}
    {{ column.name }}
    {%- endif -%}
{%- endmacro %}
