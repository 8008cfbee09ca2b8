{#- The vars of dbt_project.yml: dbt gives only those whose name one knows. -#}
{% macro duckdb__check_project_vars() %}
    {%- set folder = invocation_args_dict.get('project_dir') or '.' -%}
    {#- DuckDB takes a path for a pattern: brackets make its special characters plain ones. -#}
    {%- set path = modules.re.sub('([][*?])', '[\\1]', folder | string) ~ '/dbt_project.yml' -%}
    {%- set found = run_query('select content from read_text(' ~ text_literal(path) ~ ')') -%}
    {%- for row in found.rows -%}
        {%- do stop_at_unknown_vars(fromyaml(row[0]).vars, 'dbt_project.yml') -%}
    {%- endfor -%}
{% endmacro %}


{% macro spark__check_project_vars() %}
{% endmacro %}
