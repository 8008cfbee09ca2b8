{#- The statuses of orders that do not count, as a list of SQL: setting `uncounted_statuses`. -#}
{% macro uncounted_statuses() %}
    {%- set literals = ["''"] -%}
    {%- set statuses = input_setting('uncounted_statuses') -%}
    {%- for status in ([statuses] if statuses is string else statuses) -%}
        {%- do literals.append(text_literal(status | string | lower)) -%}
    {%- endfor -%}
    {{ return(literals | join(', ')) }}
{% endmacro %}
