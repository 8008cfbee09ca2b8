-- Each of the 125 cells of r_score, f_score and m_score must get exactly one segment, which must be
-- a segment of the rules.
with cells as (
    {{ score_cells() }}
),

assigned as (
    select
        r_score,
        f_score,
        m_score,
        {{ segment_case() }} as segment
    from cells
),

covered as (
    select
        assigned.*,
        count(*) over () as cell_count
    from assigned
)

select * from covered
where
    cell_count <> 125
    or segment is null
    or segment not in ('{{ segment_rules() | map(attribute="segment") | join("', '") }}')
