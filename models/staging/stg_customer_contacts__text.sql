-- Grain: one row per row of the contacts, each column as the text that stands there.
-- depends_on: {{ source('raw', 'customer_contacts') }}
with source_rows as (
    {{ read_customer_contacts() }}
),

-- Equal rows are numbered, so that an id depends on what a row says and not on where it stands.
numbered as (
    select
        source_rows.*,
        row_number() over (partition by line_hash order by line_hash nulls last) as occurrence
    from source_rows
),

identified as (
    select
        line_hash || '-' || cast(occurrence as {{ dbt.type_string() }}) as contact_id,
        {%- for column in customer_contacts_input().headers %}
        raw_{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from numbered
)

select * from identified
