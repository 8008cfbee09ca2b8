{#- A text as a SQL literal; quotes and backslashes in it are escaped. -#}
{% macro text_literal(text) %}
    {{- return(adapter.dispatch('text_literal', 'customer_value')(text | string)) -}}
{% endmacro %}


{% macro default__text_literal(text) %}
    {{- return("'" ~ text | replace("'", "''") ~ "'") -}}
{% endmacro %}


{% macro spark__text_literal(text) %}
    {{- return("'" ~ text | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") -}}
{% endmacro %}
