{#-
    The order lines as an input, for the macros that read one: where they are, which headers its
    columns have, and what they are called in messages.

    The headers are those of Online Retail II; the var `order_line_columns` names those that differ.
-#}
{% macro order_lines_input() %}
    {{ return({
        'name': 'order_lines',
        'variable': 'ORDER_LINES',
        'path': env_var('ORDER_LINES', ''),
        'sample': 'seeds/sample_order_lines.csv',
        'rows': 'order lines',
        'row': 'an order line',
        'columns_var': 'order_line_columns',
        'options_var': 'csv_options',
        'headers': {
            'order_id': 'Invoice',
            'product_id': 'StockCode',
            'product_name': 'Description',
            'product_category': 'Category',
            'quantity': 'Quantity',
            'ordered_at': 'InvoiceDate',
            'unit_price': 'Price',
            'customer_id': 'Customer ID',
            'country': 'Country',
        },
        'never_without': ['ordered_at', 'unit_price'],
        'may_be_missing': ['product_name', 'product_category', 'country'],
    }) }}
{% endmacro %}
