-- Files for which the number of lines that the engine read differs from the number of records that
-- Python counted independently.
{%- set files = input_facts().files | rejectattr('record_count', 'none') | list %}
with records as (
    {%- for file in files %}
    select
        {{ text_literal(file.short_name) }} as source_file,
        {{ file.record_count }} as record_count
    {{- ' union all' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as source_file,
        0 as record_count
    where false
    {%- endfor %}
),

lines as (
    select
        source_file,
        count(*) as line_count
    from {{ ref('stg_order_lines') }}
    group by 1
),

compared as (
    select
        records.source_file,
        records.record_count,
        coalesce(lines.line_count, 0) as line_count
    from records
    left join lines
        on records.source_file = lines.source_file
)

select * from compared
where
    record_count <> line_count
    and {{ 'false' if flags.EMPTY else 'true' }}
