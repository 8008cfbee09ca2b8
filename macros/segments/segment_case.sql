{#- The segment rules as one case expression over the columns of int_customers__rfm_scored. -#}
{% macro segment_case() %}
    {%- do check_segment_rules(segment_rules()) -%}
    case
        {%- for rule in segment_rules() %}
        when {{ segment_predicate(rule) }} then '{{ rule.segment }}'
        {%- endfor %}
    end
{%- endmacro %}


{#-
    A rule's predicate as SQL. Where the input has no amounts, m_score is null. A rule then uses
    f_score in its place, so that segments depend on two scores.
-#}
{% macro segment_predicate(rule) %}
    {{ return(modules.re.sub(
        '(?<![.\\w])m_score\\b', 'coalesce(m_score, f_score)', rule.predicate
    )) }}
{% endmacro %}


{#-
    Stops the run if a rule is incomplete or badly named, if two rules have the same segment, or if
    the last rule is no catch-all.
-#}
{% macro check_segment_rules(rules) %}
    {%- set names = [] -%}
    {%- for rule in rules -%}
        {%- set number = loop.index -%}
        {%- for key in ['segment', 'label', 'predicate', 'description', 'action'] -%}
            {%- if not rule.get(key) -%}
                {{ exceptions.raise_compiler_error(
                    "macros/segment_rules.sql: rule " ~ number
                    ~ " (" ~ rule.get('segment', 'no name') ~ ") has no " ~ key ~ "."
                ) }}
            {%- endif -%}
        {%- endfor -%}
        {%- if not modules.re.match('^[a-z][a-z0-9]*(_[a-z0-9]+)*$', rule.segment) -%}
            {{ exceptions.raise_compiler_error(
                "macros/segment_rules.sql: '" ~ rule.segment
                ~ "' is no name for a segment; use snake_case, as in 'at_risk'."
            ) }}
        {%- elif rule.segment in names -%}
            {{ exceptions.raise_compiler_error(
                "macros/segment_rules.sql: the segment '" ~ rule.segment ~ "' is there twice."
            ) }}
        {%- endif -%}
        {%- do names.append(rule.segment) -%}
    {%- endfor -%}
    {%- if not rules or rules[-1].predicate != 'true' -%}
        {{ exceptions.raise_compiler_error(
            "macros/segment_rules.sql: the last rule must catch all that is left; "
            ~ "its predicate is 'true'."
        ) }}
    {%- endif -%}
{% endmacro %}
