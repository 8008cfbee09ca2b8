{#-
    Whether there are contacts to read: those that CUSTOMER_CONTACTS names, or the sample's with the
    sample's order lines. Without them, exports carry customer ids.
-#}
{% macro has_customer_contacts() %}
    {{ return(
        customer_contacts_input().path != '' or order_lines_input().path == ''
    ) }}
{% endmacro %}
