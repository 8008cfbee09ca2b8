-- Segment rules on columns other than the scores that match no customer of this input. It is a
-- warning, because another input may have such customers.
{{ config(severity='warn') }}

with rule_matches as (
    {{ segment_rule_matches() }}
)

select * from rule_matches
where
    matched_count = 0
    and undecided_count > 0
