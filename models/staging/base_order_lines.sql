-- Grain: one row per line of the input, each column as text, as in the input. A token stands for
-- the customer id of an erased customer.
-- depends_on: {{ ref('stg_erased_customers') }}
-- depends_on: {{ source('raw', 'order_lines') }}
-- On DuckDB it is a view: the text of all lines is read from the files once, to be typed, and the
-- text of the rejected lines once more. A table of it would be the widest of the warehouse. Spark
-- keeps a table, because its files are read through temporary views, which no view may read.
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}

{%- set layout = order_lines_layout() %}
{%- set is_erased = has_erased_customers() and 'customer_id' in layout.found %}
with source_lines as (
    {{ read_order_lines(layout) }}
),

-- Columns that no file has, and values that are the same for every line, are added here.
lines_as_text as (
    select
        line_hash,
        {%- for column in order_line_columns() %}
        {%- set text = 'raw_' ~ column if column in layout.found else null_text() %}
        {{ 'coalesce(erased_customers.person_token, raw_customer_id)'
            if column == 'customer_id' and is_erased else text }} as raw_{{ column }},
        {%- endfor %}
        {%- for column in made_up_columns() %}
        {{ 'has_' ~ column if column in layout.partial else column in layout.found }}
            as has_{{ column }},
        {%- endfor %}
        {{ 'left_out' if layout.has_left_out else null_text() }} as left_out,
        {{ text_literal(layout.files[0].short_name) if layout.files | length == 1
            else 'source_file' }} as source_file
    from source_lines
    {%- if is_erased %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on
            {{ erased_token(clean_customer_id(trim_blanks('raw_customer_id'))) }}
            = erased_customers.id_token
    {%- endif %}
)

select * from lines_as_text
