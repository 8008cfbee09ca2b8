{#- The var campaign_salt as SQL that does not show it, where an engine has a function for it. -#}
{% macro given_salt(salt) %}
    {{- return(adapter.dispatch('given_salt', 'customer_value')(salt)) -}}
{% endmacro %}


{#- dbt logs no bindings. -#}
{% macro default__given_salt(salt) %}
    {%- do adapter.add_query(
        'select keep_given_salt(?)', auto_begin=false, bindings=[salt | string]
    ) -%}
    {{ return('given_salt()') }}
{% endmacro %}


{#- Spark has no such function: compiled SQL shows the salt. -#}
{% macro spark__given_salt(salt) %}
    {{ return(text_literal(salt)) }}
{% endmacro %}
