-- Kept and rejected lines of data_quality add up to all of them: no kind or reason lacks its row.
with line_counts as (
    select
        sum(case when check_name = 'lines' then row_count else 0 end) as all_lines,
        sum(case when check_group in ('kept', 'rejected') then row_count else 0 end) as placed_lines
    from {{ ref('data_quality') }}
)

select * from line_counts
where all_lines <> placed_lines
