{#-
    One row per rule, with counts over the 125 score cells and all scored customers.
    `matched_count`: how many the rule's own predicate is true for. `undecided_count`: how many it
    is null for, which happens because cells have only scores. `segment_count`: how many get the
    rule's segment, given the rules before it.
-#}
{% macro segment_rule_matches() -%}
    with population as (
        {{ score_cells() }}
        union all
        select
            {%- for column in scored_columns() %}
            {{ column.name }},
            {%- endfor %}
            r_score,
            f_score,
            m_score
        from {{ ref('int_customers__rfm_scored') }}
    )

    {%- for rule in segment_rules() %}

    select
        {{ loop.index }} as priority,
        '{{ rule.segment }}' as segment,
        {{ text_literal(rule.predicate) }} as predicate,
        sum(case when {{ segment_predicate(rule) }} then 1 else 0 end) as matched_count,
        sum(case when ({{ segment_predicate(rule) }}) is null then 1 else 0 end) as undecided_count,
        sum(case when {{ segment_case() }} = '{{ rule.segment }}' then 1 else 0 end)
            as segment_count
    from population
    {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
