{#- The statuses of orders that do not count, as a SQL list (setting `uncounted_statuses`). -#}
{% macro uncounted_statuses() %}
    {%- set literals = ["''"] -%}
    {%- set statuses = input_setting('uncounted_statuses') -%}
    {%- for status in ([statuses] if statuses is string else statuses) -%}
        {%- do literals.append(text_literal(status | string | lower)) -%}
    {%- endfor -%}
    {{ return(literals | join(', ')) }}
{% endmacro %}


{#- The known statuses of orders that count, as a regular expression for lower case. -#}
{% macro counted_statuses() %}
    {{ return(
        '^((partially[ _-]?)?(paid|shipped|refunded|fulfilled)|unshipped|shipped.*|shipping'
        ~ '|delivered|completed?|process(ing|ed)|on[ -]?hold|pending.*|authori[sz]ed'
        ~ '|closed|succeeded|success|approved|confirmed|invoiced|open|new|sale|payment)$'
    ) }}
{% endmacro %}
