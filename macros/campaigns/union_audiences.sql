{#-
    All audiences as one relation: audience, as_of_date, customer_id, priority, reason.

    The SQL of each file is put in here, rather than a reference to what it makes: dbt draws its
    graph before it knows which files there are, so it would not wait for a new one. What an
    audience refers to must therefore be named by the model that calls this, as `depends_on`.
-#}
{% macro union_audiences() %}
    {%- for audience in audience_models() %}
    select
        '{{ audience.audience }}' as audience,
        cast(members.as_of_date as date) as as_of_date,
        members.customer_id,
        cast(members.priority as integer) as priority,
        members.reason
    from (
{{ render(audience.sql) | indent(8, first=true) }}
    ) as members
    union all
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as audience,
        cast(null as date) as as_of_date,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as integer) as priority,
        cast(null as {{ dbt.type_string() }}) as reason
    where false
{% endmacro %}
