-- Grain: one row per segment, whether or not a customer is in it.
{% do check_segment_rules(segment_rules()) -%}
with rules as (
    {%- for rule in segment_rules() %}
    select
        '{{ rule.segment }}' as segment,
        {{ text_literal(rule.label) }} as label,
        {{ text_literal(rule.description) }} as description,
        {{ text_literal(rule.action) }} as action,
        {{ text_literal(rule.predicate) }} as predicate,
        {{ loop.index }} as priority
    {{- ' union all' if not loop.last }}
    {%- endfor %}
)

select * from rules
