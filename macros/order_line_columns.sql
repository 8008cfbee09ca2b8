{#-
    The columns of an order line and the headers they have in the input. The defaults are those of
    Online Retail II; the var `order_line_columns` names those that differ. `null` says that the
    input has no such column.
-#}
{% macro order_line_columns() %}
    {%- set headers = {
        'order_id': 'Invoice',
        'product_id': 'StockCode',
        'product_name': 'Description',
        'product_category': 'Category',
        'quantity': 'Quantity',
        'ordered_at': 'InvoiceDate',
        'unit_price': 'Price',
        'customer_id': 'Customer ID',
        'country': 'Country',
    } -%}
    {%- for column, header in (var('order_line_columns') or {}).items() -%}
        {%- if column not in headers -%}
            {{ exceptions.raise_compiler_error(
                "The var order_line_columns names '" ~ column
                ~ "', which is no column of an order line. "
                ~ "There are: " ~ headers | join(', ') ~ "."
            ) }}
        {%- elif header is none and column in ['ordered_at', 'unit_price'] -%}
            {{ exceptions.raise_compiler_error(
                "The var order_line_columns sets '" ~ column
                ~ "' to null, but no order line is without one."
            ) }}
        {%- endif -%}
        {%- do headers.update({column: header}) -%}
    {%- endfor -%}
    {{ return(headers) }}
{% endmacro %}


{#-
    Which header of the input each column is read from; null where the input has none.
    Headers match whatever their case and blanks. A missing required column stops the run.
-#}
{% macro match_order_line_headers(input_headers) %}
    {%- set optional = ['product_name', 'product_category', 'country'] -%}
    {%- set found = {} -%}
    {%- for input_header in input_headers -%}
        {%- set plain_header = input_header | lower | replace(' ', '') -%}
        {%- do found.update({plain_header: found.get(plain_header, []) + [input_header]}) -%}
    {%- endfor -%}
    {%- set matched = {} -%}
    {%- for column, header in order_line_columns().items() -%}
        {%- set candidates = found.get(header | string | lower | replace(' ', ''), []) -%}
        {%- if header is none -%}
            {%- set candidates = [] -%}
        {%- elif header in candidates -%}
            {%- set candidates = [header] -%}
        {%- elif candidates | length > 1 -%}
            {{ exceptions.raise_compiler_error(
                "The order lines have " ~ candidates | length ~ " columns that could be '" ~ header
                ~ "' for " ~ column ~ ": " ~ candidates | join(', ')
                ~ ". Name one exactly in the var order_line_columns."
            ) }}
        {%- elif not candidates and column not in optional -%}
            {%- set one_header = "If it is several in one, name what stands between them: "
                ~ "csv_options: {delim: ';'}. If the file is empty, there is nothing to read." -%}
            {{ exceptions.raise_compiler_error(
                "The order lines have no column '" ~ header ~ "' for " ~ column
                ~ ". Their headers are: " ~ input_headers | join(', ')
                ~ ". Name the right one in the var order_line_columns, or null if there is none "
                ~ "(README.md, \"Your own order lines\"). "
                ~ (one_header if input_headers | length == 1 else '')
            ) }}
        {%- endif -%}
        {%- do matched.update({column: candidates | first if candidates}) -%}
    {%- endfor -%}
    {{ return(matched) }}
{% endmacro %}
