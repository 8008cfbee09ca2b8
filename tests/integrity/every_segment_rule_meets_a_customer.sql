-- Names each rule on other columns than the scores that holds for no customer of this input: a
-- warning, because another input may have such customers.
{{ config(severity='warn') }}

with rule_matches as (
    {{ segment_rule_matches() }}
)

select * from rule_matches
where
    matched_count = 0
    and undecided_count > 0
