{#-
    Ends the query with a message, an expression for a text, where a row gets this far: for faults
    of the input that must not be built upon. It stands in a branch of a case expression, and has no
    value.
-#}
{% macro stop(message) -%}
    {{ adapter.dispatch('stop', 'customer_value')(message) }}
{%- endmacro %}


{% macro default__stop(message) -%}
    cast(error({{ message }}) as {{ dbt.type_string() }})
{%- endmacro %}


{% macro spark__stop(message) -%}
    cast(raise_error({{ message }}) as {{ dbt.type_string() }})
{%- endmacro %}
