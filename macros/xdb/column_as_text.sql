{#-
    A column of any type as text, the same on each engine, because line ids are derived from it. A
    Parquet file may contain times and doubles; customer ids are doubles if some are missing.
-#}
{% macro column_as_text(column) %}
    {{- return(adapter.dispatch('column_as_text', 'customer_value')(
        quoted_name(column.name), column.dtype | lower
    )) -}}
{% endmacro %}


{#- Structs, lists and maps become JSON, which both engines write in the same way. -#}
{% macro is_nested_type(data_type) %}
    {{- return(
        modules.re.match('struct|map|array|union', data_type) is not none
        or data_type.endswith('[]')
    ) -}}
{% endmacro %}


{% macro duckdb__column_as_text(name, data_type) %}
    {%- if is_nested_type(data_type) -%}
        {{- return('cast(to_json(' ~ name ~ ') as varchar)') -}}
    {%- endif -%}
    {%- set value = "timezone('UTC', " ~ name ~ ")"
        if data_type == 'timestamp with time zone' else name -%}
    {{- return('cast(' ~ value ~ ' as varchar)') -}}
{% endmacro %}


{#-
    Spark writes 12345678.0 as 1.2345678E7, and a decimal 0.00000000 as 0E-8. For doubles below
    0.0001 and from 1e16 on, DuckDB also writes an exponent, but in another form: the texts differ,
    the values do not.
-#}
{% macro spark__column_as_text(name, data_type) %}
    {%- set text = 'cast(' ~ name ~ ' as string)' -%}
    {%- if is_nested_type(data_type) -%}
        {{- return('to_json(' ~ name ~ ", map('ignoreNullFields', 'false'))") -}}
    {%- elif data_type.startswith('decimal') -%}
        {%- set scale = data_type.removesuffix(')').split(',') | last -%}
        {#- format_number separates thousands by commas. -#}
        {{- return("replace(format_number(" ~ name ~ ", " ~ scale ~ "), ',', '')") -}}
    {%- elif data_type not in ['double', 'float'] -%}
        {{- return(text) -}}
    {%- endif -%}
    {%- set digits = 'cast(cast(' ~ text ~ ' as decimal(38, 21)) as string)' -%}
    case
        when {{ text }} like '%E%' and abs({{ name }}) >= 1e-4 and abs({{ name }}) < 1e16
            then regexp_replace(regexp_replace({{ digits }}, '0+$', ''), '[.]$', '.0')
        else {{ text }}
    end
{%- endmacro %}
