{#-
    Who may stand in an export: customers with an identifier of the tool and their consent to it.
    Where no contacts are given, all of them, by customer id: consent is then asked for wherever the
    ids are joined to contacts.
-#}
{% macro may_be_reached(identifier, consent) -%}
    {%- if has_customer_contacts() -%}
    coalesce({{ consent }} and ({{ identifier }}), false)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
