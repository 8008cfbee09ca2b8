{#-
    Expected value of an order of the customer: as the purchase model predicts it, else the average
    order value so far, else 0.
-#}
{% macro usual_order_value(customers) -%}
    coalesce({{ customers }}.expected_order_value, {{ customers }}.average_order_value, 0e0)
{%- endmacro %}
