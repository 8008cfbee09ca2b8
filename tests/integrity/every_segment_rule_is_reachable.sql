-- Names each rule that cannot give its segment to anyone: earlier rules take all cells and
-- customers for which it holds, or it asks of the scores what no cell has.
with rule_matches as (
    {{ segment_rule_matches() }}
)

select * from rule_matches
where
    segment_count = 0
    and (matched_count > 0 or undecided_count = 0)
