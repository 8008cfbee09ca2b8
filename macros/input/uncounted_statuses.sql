{#- The statuses of orders that do not count, as a SQL list (setting `uncounted_statuses`). -#}
{% macro uncounted_statuses() %}
    {%- set literals = ["''"] -%}
    {%- set statuses = input_setting('uncounted_statuses') -%}
    {%- for status in ([statuses] if statuses is string else statuses) -%}
        {%- do literals.append(text_literal(status | string | lower)) -%}
    {%- endfor -%}
    {{ return(literals | join(', ')) }}
{% endmacro %}


{#-
    The known statuses of orders that count and those of the var counted_statuses, as a regular
    expression for lower case.
-#}
{% macro counted_statuses() %}
    {%- set named = [] -%}
    {%- for status in list_var('counted_statuses') -%}
        {%- do named.append('|' ~ modules.re.escape(status | string | lower)) -%}
    {%- endfor -%}
    {{ return(
        '^((partially[ _-]?)?(paid|shipped|refunded|fulfilled)|unshipped|shipped.*|shipping'
        ~ '|delivered|completed?|process(ing|ed)|on[ -]?hold|pending.*|authori[sz]ed'
        ~ '|closed|succeeded|success|approved|confirmed|invoiced|open|new|sale|payment'
        ~ named | join ~ ')$'
    ) }}
{% endmacro %}
