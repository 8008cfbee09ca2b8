{#-
    Fails if a row breaks a constraint that the model's YAML declares, and names each broken
    constraint. DuckDB enforces the constraints of a contract when it writes the table; this test
    checks them on Spark, and for models without a contract. It reads the table once for all
    constraints.

    The columns in not_null_with_amounts are money, which is null if the input has no amounts.
-#}
{% test constraints_hold(model, not_null_with_amounts=[]) %}
    {%- set rules = declared_constraints() -%}
    {%- if input_has_amounts() -%}
        {%- for column in not_null_with_amounts -%}
            {%- do rules.append({
                'name': column ~ ' is not null', 'broken': column ~ ' is null'
            }) -%}
        {%- endfor -%}
    {%- endif -%}

    with broken_rows as (
        select
            {%- for rule in rules %}
            sum(case when {{ rule.broken }} then 1 else 0 end) as rule_{{ loop.index }},
            {%- endfor %}
            count(*) as row_count
        from {{ model }}
    ),

    broken_rules as (
        select
            ''
            {%- for rule in rules %}
            || case
                when rule_{{ loop.index }} > 0
                    then {{ text_literal('; ' ~ rule.name ~ ': broken in ') }}
                        || cast(rule_{{ loop.index }} as {{ dbt.type_string() }})
                        || ' of ' || cast(row_count as {{ dbt.type_string() }}) || ' rows'
                else ''
            end
            {%- endfor %} as message
        from broken_rows
    )

    select message
    from broken_rules
    where case when message = '' then false else {{ stop_with('substring(message, 3)') }} end
{% endtest %}
