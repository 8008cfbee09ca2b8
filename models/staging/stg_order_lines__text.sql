-- Grain: one row per line of the input, each column as the text that stands there.
-- depends_on: {{ source('raw', 'order_lines') }}
with source_lines as (
    {{ read_order_lines() }}
),

-- Equal lines are numbered, so that an id depends on what a line says and not on where it stands.
numbered as (
    select
        source_lines.*,
        row_number() over (partition by line_hash order by line_hash nulls last) as occurrence
    from source_lines
),

identified as (
    select
        line_hash || '-' || cast(occurrence as {{ dbt.type_string() }}) as order_line_id,
        cast(occurrence as integer) as occurrence,
        {%- for column in order_line_columns() %}
        raw_{{ column }},
        {%- endfor %}
        {%- for column in made_up_columns() %}
        has_{{ column }},
        {%- endfor %}
        left_out,
        source_file
    from numbered
)

select * from identified
