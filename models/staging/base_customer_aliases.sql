-- Grain: one row per customer id that belongs to another customer, with the last customer of the
-- chain. As a view, the warehouse does not keep ids of erased customers; Spark reads files into
-- tables only.
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}
-- depends_on: {{ source('raw', 'customer_aliases') }}
with source_rows as (
    {{ read_customer_aliases() }}
),

trimmed as (
    select
        {{ trim_blanks('raw_customer_id') }} as customer_id,
        {{ trim_blanks('raw_belongs_to') }} as belongs_to
    from source_rows
),

cleaned as (
    select distinct
        {{ customer_id_or_null(clean_customer_id('customer_id')) }} as customer_id,
        {{ customer_id_or_null(clean_customer_id('belongs_to')) }} as belongs_to
    from trimmed
),

aliases as (
    select
        customer_id,
        min(belongs_to) as belongs_to,
        count(*) as owner_count
    from cleaned
    where customer_id <> belongs_to
    group by 1
),

-- Each step follows twice as many links as the step before: 64 links in all.
step_0 as (
    select
        customer_id,
        belongs_to
    from aliases
),

{%- for step in range(1, 7) %}
step_{{ step }} as (
    select
        aliases.customer_id,
        coalesce(next_aliases.belongs_to, aliases.belongs_to) as belongs_to
    from step_{{ step - 1 }} as aliases
    left join step_{{ step - 1 }} as next_aliases
        on aliases.belongs_to = next_aliases.customer_id
),
{%- endfor %}

-- An id whose chain has not ended after 64 links is taken to be part of a circle.
judged as (
    select
        aliases.customer_id,
        step_6.belongs_to,
        case
            when aliases.owner_count > 1 then 'belongs to more than one customer'
            when owners.customer_id is not null
                then 'belongs to ' || aliases.belongs_to || ', who in the end belongs to them'
        end as problem
    from aliases
    inner join step_6
        on aliases.customer_id = step_6.customer_id
    left join aliases as owners
        on step_6.belongs_to = owners.customer_id
),

-- The first problem, so that the same one is named each time.
problems as (
    select min('CUSTOMER_ALIASES, customer ' || customer_id || ': ' || problem) as first_problem
    from judged
),

checked as (
    select
        judged.customer_id,
        judged.belongs_to
    from judged
    cross join problems
    where
        case
            when problems.first_problem is null then true
            else {{ stop_with('problems.first_problem') }}
        end
)

select * from checked
