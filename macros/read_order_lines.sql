{#-
    A select over the order lines as text (macros/select_as_text.sql).

    What the input has no column for is made up from what it has: an order is then a customer at one
    time, and an amount without a quantity is that many units at the price of 1, so that part
    refunds add up.
-#}
{% macro read_order_lines() %}
    {%- set input = order_lines_input() -%}
    {%- set relation = input_relation(input) -%}
    {%- set as_text = input_as_text(input, relation) -%}
    {%- set text = text_of_columns(input, as_text) -%}
    {%- set headers = input_headers(input) -%}
    {%- if not headers.order_id -%}
        {%- set customer = "coalesce(" ~ text.customer_id ~ ", 'guest')" -%}
        {%- do text.update({'order_id': customer ~ " || ' ' || " ~ text.ordered_at}) -%}
    {%- endif -%}
    {%- if not headers.quantity -%}
        {%- do text.update({'quantity': text.unit_price, 'unit_price': "'1'"}) -%}
    {%- endif -%}
    {{ select_as_text(relation, as_text, text) }}
{%- endmacro %}
