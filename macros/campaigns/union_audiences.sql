{#-
    All audiences as one relation: audience, as_of_date, customer_id, priority, reason.

    The SQL of each file is put in here, rather than a reference to what it makes: dbt draws its
    graph before it knows which files there are, so it would not wait for a new one. What an
    audience refers to must therefore be referred to by the model that calls this.
-#}
{% macro union_audiences() %}
    {%- set known = model.refs | map(attribute='name') | list -%}
    {%- for audience in audience_models() %}
    {%- set referred = modules.re.findall('ref[(] *.([a-z0-9_]+)', audience.sql) -%}
    {%- for name in referred if name not in known -%}
        {{ exceptions.raise_compiler_error(
            audience.model ~ ".sql refers to " ~ name ~ ": an audience may refer to "
            ~ known | unique | join(', ') ~ " only, and to what they say before the as-of date."
        ) }}
    {%- endfor %}
    select
        '{{ audience.audience }}' as audience,
        cast({{ audience.model }}.as_of_date as date) as as_of_date,
        {{ audience.model }}.customer_id,
        try_cast({{ audience.model }}.priority as integer) as priority,
        {{ audience.model }}.reason
    from (
{{ render(audience.sql) | indent(8, first=true) }}
    ) as {{ audience.model }}
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
