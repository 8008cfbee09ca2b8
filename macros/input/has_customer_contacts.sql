{#-
    Whether there are contacts to read: the file of CUSTOMER_CONTACTS, or the sample's contacts with
    the sample's order lines. Without contacts, exports contain customer ids only.
-#}
{% macro has_customer_contacts() %}
    {{ return(
        customer_contacts_input().path != '' or order_lines_input().path == ''
    ) }}
{% endmacro %}
