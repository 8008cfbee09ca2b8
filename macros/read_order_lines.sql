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
    {%- set as_text = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_column_schema_from_query(
            'select * from ' ~ relation ~ ' where false'
        ) -%}
            {%- do as_text.update({column.name: column_as_text(column)}) -%}
        {%- endfor -%}
    {%- else -%}
        {%- for header in order_line_columns().values() | select -%}
            {%- do as_text.update({header: adapter.quote(header)}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set text = {} -%}
    {%- for column, header in match_order_line_headers(as_text | list).items() -%}
        {%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
        {%- do text.update({column: as_text[header] if header else nothing}) -%}
    {%- endfor -%}
    {%- if not order_line_columns().order_id -%}
        {%- set customer = "coalesce(" ~ text.customer_id ~ ", 'guest')" -%}
        {%- do text.update({'order_id': customer ~ " || ' ' || " ~ text.ordered_at}) -%}
    {%- endif -%}
    {%- if not order_line_columns().quantity -%}
        {%- do text.update({'quantity': text.unit_price, 'unit_price': "'1'"}) -%}
    {%- endif -%}
    select
        {%- for column, expression in text.items() %}
        {{ expression }} as raw_{{ column }},
        {%- endfor %}
        md5(
            {%- for header in as_text | sort %}
            coalesce({{ as_text[header] }}, '')
            {%- if not loop.last %} || chr(31) || {%- endif %}
            {%- endfor %}
        ) as line_hash
    from {{ relation }}
{%- endmacro %}
