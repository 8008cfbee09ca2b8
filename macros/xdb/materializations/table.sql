{#-
    DuckDB's tables: one is made anew only where what it is made of has changed. `--full-refresh`
    or the var keep_unchanged: false makes all anew. A table and its comment change in one
    transaction; dbt-duckdb makes each table under another name and renames two, which DuckDB does
    not need, except where a model reads what it has left the last time.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set made_of = made_of() -%}
    {%- if existing is not none and existing.type == 'table' and made_of.now is not none
        and made_of.now == made_of.before and var('keep_unchanged') and not flags.FULL_REFRESH %}
        {% call noop_statement('main', 'UNCHANGED', 'UNCHANGED', '-') %}{% endcall %}
    {%- else %}
        {%- set drop_old -%}
            drop {{ existing.type if existing is not none else 'table' }} if exists {{ this }};
        {%- endset %}
        {%- if model.language == 'python' or this | string in compiled_code %}
            {%- set intermediate = make_intermediate_relation(target_relation) %}
            {%- do drop_relation_if_exists(load_cached_relation(intermediate)) %}
            {% call statement('main', language=model.language) -%}
                {{- create_table_as(False, intermediate, compiled_code, model.language) }}
            {%- endcall %}
            {% call statement('take_its_place') -%}
                {{ drop_old }}
                alter table {{ intermediate }} rename to {{ adapter.quote(this.identifier) }}
            {%- endcall %}
        {%- else %}
            {% call statement('main') -%}
                {{ drop_old }}
                {{ create_table_as(False, target_relation, compiled_code) }}
            {%- endcall %}
        {%- endif %}
        {%- do create_indexes(target_relation) %}
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
    {%- set made_of = made_of() -%}
    {% call statement('main') -%}
        drop {{ existing.type if existing is not none else 'view' }} if exists {{ this }};
        {{ get_create_view_as_sql(target_relation, compiled_code) }}
    {%- endcall %}
    {{ say_what_it_is_made_of(target_relation, made_of) }}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
