{#-
    The order lines as an input, for the macros that read inputs: their path, their names in
    messages, and their possible columns. The presets give the header of each column
    (macros/input/input_presets.sql).

    `one_of`: the input must have at least one of these columns, or the user must set one to null.
-#}
{% macro order_lines_input() %}
    {{ return({
        'name': 'order_lines',
        'variable': 'ORDER_LINES',
        'path': env_var('ORDER_LINES', ''),
        'sample': 'seeds/sample/sample_order_lines.csv',
        'rows': 'order lines',
        'row': 'an order line',
        'columns_var': 'order_line_columns',
        'options_var': 'csv_options',
        'columns': order_line_columns(),
        'never_without': ['ordered_at'],
        'one_of': ['unit_price', 'line_amount'],
        'presets': input_presets(),
        'default_preset': 'online_retail',
    }) }}
{% endmacro %}


{#- The columns of an order line: first the required ones, which a null in the var can waive. -#}
{% macro order_line_columns() %}
    {{ return([
        'order_id',
        'product_id',
        'quantity',
        'ordered_at',
        'unit_price',
        'customer_id',
    ] + optional_order_line_columns()) }}
{% endmacro %}


{% macro optional_order_line_columns() %}
    {{ return([
        'product_name',
        'product_category',
        'country',
        'ordered_time',
        'line_amount',
        'line_discount',
        'line_refunded_amount',
        'tax_amount',
        'order_discount',
        'order_subtotal',
        'order_tax',
        'refunded_amount',
        'refunded_at',
        'order_status',
        'cancelled_at',
        'currency',
    ]) }}
{% endmacro %}
