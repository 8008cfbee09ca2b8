-- Grain: one row per line of the input, each column as text, as in the input. A token stands for
-- the customer id of an erased customer.
-- depends_on: {{ ref('stg_erased_customers') }}
-- depends_on: {{ source('raw', 'order_lines') }}
{%- set layout = order_lines_layout() %}
{%- set is_erased = has_erased_customers() and 'customer_id' in layout.found %}
with source_lines as (
    {{ read_order_lines(layout) }}
),

-- Equal lines are numbered, so that an id depends on a line's content and not on its position.
numbered as (
    select
        source_lines.*,
        row_number() over (
            partition by line_hash
            order by {{ 'line_hash' if layout.files | length == 1 else 'source_file' }} nulls last
        ) as occurrence
    from source_lines
),

-- Columns that no file has, and values that are the same for every line, are added only here: the
-- window function above need not carry them.
identified as (
    select
        line_hash || '-' || cast(occurrence as {{ dbt.type_string() }}) as order_line_id,
        cast(occurrence as integer) as occurrence,
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
    from numbered
    {%- if is_erased %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on
            {{ erased_token(clean_customer_id(trim_blanks('raw_customer_id'))) }}
            = erased_customers.id_token
    {%- endif %}
)

select * from identified
