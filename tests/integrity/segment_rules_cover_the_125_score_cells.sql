-- Each of the 125 cells of r_score, f_score and m_score gets exactly one segment, one that the mart
-- explains.
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

explained as (
    select
        assigned.r_score,
        assigned.f_score,
        assigned.m_score,
        count(segments.segment) as segment_count
    from assigned
    left join {{ ref('segments') }} as segments
        on assigned.segment = segments.segment
    group by 1, 2, 3
),

counted as (
    select
        explained.*,
        count(*) over () as cell_count
    from explained
)

select * from counted
where
    segment_count <> 1
    or cell_count <> 125
