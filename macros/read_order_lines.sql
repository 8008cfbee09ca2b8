{#-
    A select over the input's lines: each column as text under the name raw_<column>, and
    `line_hash`, equal for lines that are equal in every column of the input, mapped or not, in
    whatever order the columns stand.

    What the input has no column for is made up from what it has: an order is then a customer at one
    time, and an amount without a quantity is that many units at the price of 1, so that part
    refunds add up.
-#}
{% macro read_order_lines() %}
    {%- set relation = order_lines_relation() -%}
    {%- if execute -%}
        {%- set input_headers = get_columns_in_query('select * from ' ~ relation) -%}
    {%- else -%}
        {%- set input_headers = order_line_columns().values() | select | list -%}
    {%- endif -%}
    {%- set headers = match_order_line_headers(input_headers) -%}
    {%- set text = {} -%}
    {%- for column, header in headers.items() -%}
        {%- set value = adapter.quote(header) if header else 'null' -%}
        {%- do text.update({column: 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')'}) -%}
    {%- endfor -%}
    {%- if not headers.order_id -%}
        {%- set customer = "coalesce(" ~ text.customer_id ~ ", 'guest')" -%}
        {%- do text.update({'order_id': customer ~ " || ' ' || " ~ text.ordered_at}) -%}
    {%- endif -%}
    {%- if not headers.quantity -%}
        {%- do text.update({'quantity': text.unit_price, 'unit_price': "'1'"}) -%}
    {%- endif -%}
    select
        {%- for column, expression in text.items() %}
        {{ expression }} as raw_{{ column }},
        {%- endfor %}
        md5(
            {%- for header in input_headers | sort %}
            coalesce(cast({{ adapter.quote(header) }} as {{ dbt.type_string() }}), '')
            {%- if not loop.last %} || chr(31) || {%- endif %}
            {%- endfor %}
        ) as line_hash
    from {{ relation }}
{%- endmacro %}
