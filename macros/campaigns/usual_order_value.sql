{#- What an order of a customer should be worth: as the purchase model has it, or else so far. -#}
{% macro usual_order_value(customers) -%}
    coalesce({{ customers }}.expected_order_value, {{ customers }}.average_order_value, 0e0)
{%- endmacro %}
