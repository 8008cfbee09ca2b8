{#- A check constraint in the YAML as a rule: its name, and the condition for a row to break it. -#}
{% macro check_constraint(constraint) %}
    {%- if constraint.type != 'check' -%}
        {{ exceptions.raise_compiler_error(
            "constraints_hold cannot test a constraint of the type '" ~ constraint.type
            ~ "': use not_null or check."
        ) }}
    {%- endif -%}
    {{ return({
        'name': constraint.expression, 'broken': 'not (' ~ constraint.expression ~ ')'
    }) }}
{% endmacro %}
