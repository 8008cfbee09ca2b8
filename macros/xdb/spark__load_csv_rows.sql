{#-
    Loads a seed on Spark, each value as a literal of its column's type. dbt-spark's own loader
    inserts values as Python strings: a missing value becomes 'None', and a quote ends the
    statement.
-#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set column_types = model.config.column_types -%}
    {%- for column in agate_table.column_names if column not in column_types -%}
        {{ exceptions.raise_compiler_error(
            "The seed " ~ model.name ~ " gives its column '" ~ column ~ "' no type: name it under "
            ~ "column_types in " ~ model.patch_path | default('its YAML file', true) ~ "."
        ) }}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- set statement -%}
            insert into {{ this }} values
            {%- for row in rows %}
            (
                {%- for value in row -%}
                {%- set literal = 'null' if value is none else text_literal(value) -%}
                cast({{ literal }} as {{ column_types[agate_table.column_names[loop.index0]] }})
                {{- ', ' if not loop.last }}
                {%- endfor -%}
            )
            {{- ',' if not loop.last }}
            {%- endfor %}
        {%- endset -%}
        {%- do adapter.add_query(statement, abridge_sql_log=true) -%}
        {%- do statements.append(statement) -%}
    {%- endfor -%}
    {{ return(statements | first | default('')) }}
{% endmacro %}
