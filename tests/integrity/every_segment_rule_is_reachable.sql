-- Segment rules that cannot assign their segment: earlier rules match all their cells and
-- customers, or no cell of scores meets their condition.
with rule_matches as (
    {{ segment_rule_matches() }}
)

select * from rule_matches
where
    segment_count = 0
    and (matched_count > 0 or undecided_count = 0)
