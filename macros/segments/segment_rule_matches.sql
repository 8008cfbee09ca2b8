{#-
    For each rule, over the 125 score cells and all scored customers: `matched_count`, for how many
    its own predicate holds; `undecided_count`, for how many it is null (cells have no other column
    than the scores); `segment_count`, how many it gets after the rules before it.
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
