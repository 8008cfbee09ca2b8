-- Kept and rejected lines of data_quality must add up to all lines, which fails if a line kind or a
-- rejection reason has no row.
with line_counts as (
    select
        sum(case when check_name = 'lines' then row_count else 0 end) as all_lines,
        sum(case when check_group in ('kept', 'rejected') then row_count else 0 end) as placed_lines
    from {{ ref('data_quality') }}
)

select * from line_counts
where all_lines <> placed_lines
