{#-
    An expression that stops the statement with a message as soon as it is evaluated for a row. Use
    it as a condition, so that no engine optimises it away:
    where case when <all is well> then true else <this> end.
-#}
{% macro stop_with(message) %}
    {{- return(adapter.dispatch('stop_with', 'customer_value')(message)) -}}
{% endmacro %}


{% macro default__stop_with(message) %}
    {{- return('cast(error(' ~ message ~ ') as boolean)') -}}
{% endmacro %}


{% macro spark__stop_with(message) %}
    {{- return('cast(raise_error(' ~ message ~ ') as boolean)') -}}
{% endmacro %}
