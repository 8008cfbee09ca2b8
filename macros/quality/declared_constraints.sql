{#-
    The constraints that the YAML of the tested model declares, each with its name and the condition
    for a row to break it. Call this in a data test: the tested model is found by the test's node.
    As in SQL, a check whose result is null is not broken.
-#}
{% macro declared_constraints() %}
    {%- set rules = [] -%}
    {%- if execute -%}
        {%- set tested = graph.nodes[model.attached_node] -%}
        {%- for column in tested.columns.values() -%}
            {%- for constraint in column.constraints -%}
                {%- if constraint.type == 'not_null' -%}
                    {%- do rules.append({
                        'name': column.name ~ ' is not null', 'broken': column.name ~ ' is null'
                    }) -%}
                {%- else -%}
                    {%- do rules.append(check_constraint(constraint)) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for constraint in tested.get('constraints', []) -%}
            {%- do rules.append(check_constraint(constraint)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(rules) }}
{% endmacro %}
