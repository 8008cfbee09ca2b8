{#-
    For Spark, after dbt was killed: `dbt run-operation remove_leftovers --target ...`. Spark does
    not create a table where files exist already, and a table that was being written when dbt was
    killed has files but no entry in the catalog. This macro removes the files of each such model
    and seed: it creates a table elsewhere, sets its location to the files, and drops it.
-#}
{% macro remove_leftovers() %}
    {%- if target.type != 'spark' -%}
        {{ exceptions.raise_compiler_error("Only Spark leaves files without a table behind.") }}
    {%- endif -%}
    {%- set schema_rows = run_query('describe schema extended ' ~ target.schema) -%}
    {%- set location = schema_rows.rows | selectattr(0, 'equalto', 'Location') | first -%}
    {%- set stand_in = target.schema ~ '.customer_value__stand_in' -%}
    {%- set create_stand_in = 'create table ' ~ stand_in ~ ' (nothing int) using parquet' -%}
    {%- for node in graph.nodes.values()
        if node.resource_type in ['model', 'seed'] and node.package_name == project_name -%}
        {%- set relation = api.Relation.create(schema=node.schema, identifier=node.alias) -%}
        {%- if load_relation(relation) is none -%}
            {%- do run_query(create_stand_in) -%}
            {%- do run_query(
                'alter table ' ~ stand_in ~ ' set location '
                ~ text_literal(location[1] ~ '/' ~ node.alias)
            ) -%}
            {%- do run_query('drop table ' ~ stand_in) -%}
            {%- do log('Nothing is left of ' ~ relation ~ '.', info=true) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Creating and dropping the helper table at its own location removes its own folder. -#}
    {%- do run_query(create_stand_in) -%}
    {%- do run_query('drop table ' ~ stand_in) -%}
{% endmacro %}
