-- Grain: one row per segment, whether or not a customer is in it.
{% do check_segment_rules(segment_rules()) -%}
with rules as (
    {%- for rule in segment_rules() %}
    select
        '{{ rule.segment }}' as segment,
        '{{ rule.label | replace("'", "''") }}' as label,
        '{{ rule.description | replace("'", "''") }}' as description,
        '{{ rule.action | replace("'", "''") }}' as action,
        '{{ rule.predicate | replace("'", "''") }}' as predicate,
        {{ loop.index }} as priority
    {{- ' union all' if not loop.last }}
    {%- endfor %}
)

select * from rules
