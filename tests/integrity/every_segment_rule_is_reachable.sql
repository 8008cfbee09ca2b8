-- Names each rule that neither a score cell nor a customer can reach, because earlier rules take
-- all that it would. A rule on other columns than the scores is judged by the customers there are.
with cells as (
    {{ score_cells() }}
),

reached as (
    select {{ segment_case() }} as segment
    from cells
    union
    select segment from {{ ref('int_customers__segmented') }}
),

unreachable as (
    select
        segments.priority,
        segments.segment,
        segments.predicate
    from {{ ref('segments') }} as segments
    left join reached
        on segments.segment = reached.segment
    where reached.segment is null
)

select * from unreachable
