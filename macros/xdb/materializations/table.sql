{#-
    DuckDB's tables: one is made anew only where what it is made of has changed. `--full-refresh`
    or the var keep_unchanged: false makes all anew. A table and its comment change in one
    transaction; dbt-duckdb makes each table under another name and renames two, which DuckDB does
    not need.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set made_of = made_of() -%}
    {%- if existing is not none and made_of.now is not none and made_of.now == made_of.before
        and var('keep_unchanged') and not flags.FULL_REFRESH %}
        {% call noop_statement('main', 'UNCHANGED', 'UNCHANGED', '-') %}{% endcall %}
    {%- else %}
        {%- if existing is not none and existing.type != 'table' %}
            {%- do adapter.drop_relation(existing) %}
        {%- endif %}
        {%- if model.language == 'python' %}
            {#- It reads what it has left the last time. -#}
            {%- set intermediate = make_intermediate_relation(target_relation) %}
            {%- do drop_relation_if_exists(load_cached_relation(intermediate)) %}
            {% call statement('main', language='python') -%}
                {{- create_table_as(False, intermediate, compiled_code, 'python') }}
            {%- endcall %}
            {% call statement('take_its_place') -%}
                drop table if exists {{ target_relation }};
                alter table {{ intermediate }} rename to {{ target_relation.identifier }}
            {%- endcall %}
        {%- else %}
            {% call statement('main') -%}
                drop table if exists {{ target_relation }};
                {{ create_table_as(False, target_relation, compiled_code) }}
            {%- endcall %}
        {%- endif %}
        {{ say_what_it_is_made_of(target_relation, made_of) }}
    {%- endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#- A view is always made anew, which takes no time, and says what it is made of. -#}
{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and existing.type != 'view' %}
        {%- do adapter.drop_relation(existing) %}
    {%- endif %}
    {%- set made_of = made_of() -%}
    {% call statement('main') -%}
        drop view if exists {{ target_relation }};
        {{ get_create_view_as_sql(target_relation, compiled_code) }}
    {%- endcall %}
    {{ say_what_it_is_made_of(target_relation, made_of) }}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro say_what_it_is_made_of(relation, made_of) %}
    {%- if made_of.now is not none -%}
        {%- do run_query(
            'comment on ' ~ relation.type ~ ' ' ~ relation ~ ' is ' ~ text_literal(made_of.now)
        ) -%}
    {%- endif -%}
{% endmacro %}
