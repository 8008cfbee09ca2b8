{#- A var that holds a date, as SQL: null where it is not set, a stop where it is no date. -#}
{% macro date_var(name, is_required=false) %}
    {%- set value = var(name) -%}
    {%- if not value and not is_required -%}
        {{ return('cast(null as date)') }}
    {%- elif not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', value | string) -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "': it must be a date such as 2011-12-10."
        ) }}
    {%- endif -%}
    {{ return("cast('" ~ value ~ "' as date)") }}
{% endmacro %}
