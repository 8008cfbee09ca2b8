{#-
    What a table or view is made of, as a text that is equal only where the result is: its SQL or
    Python and its contract, what its parents are made of, the project's Python code and DuckDB's
    version. `now` is that of this run, or none where nobody can tell; `before` is the comment of
    the table; `parents` are the relations that its SQL may read.
-#}
{% macro made_of() %}
    {%- set parts = [compiled_code, config.get('sql_header') or ''] -%}
    {%- for column in model.columns.values() -%}
        {%- do parts.append(
            column.name ~ ' ' ~ column.data_type ~ ' ' ~ tojson(column.constraints)
        ) -%}
    {%- endfor -%}
    {%- do parts.append(tojson(model.constraints)) -%}
    {%- set can_tell = namespace(
        value=has_known_hooks_only()
        and (model.language == 'python' or this | string not in compiled_code)
    ) -%}
    {%- set names = [text_literal(this.identifier)] -%}
    {%- set selects = [
        "select '' as name, version() || current_setting('TimeZone') || python_code() as made_of"
    ] -%}
    {%- if 'archived_salt(' in compiled_code or 'given_salt(' in compiled_code -%}
        {%- do selects.append("select ' salt', md5(" ~ campaign_salt() ~ ')') -%}
    {%- endif -%}
    {%- set parents = [] -%}
    {%- for parent in model.depends_on.nodes -%}
        {%- set node = graph.nodes.get(parent) -%}
        {%- if node is none -%}
            {#- SQL reads the sources of this project from files, whose content it names. -#}
        {%- else -%}
            {%- do parents.append([node.database, node.schema, node.alias]) -%}
            {%- set kind = 'seed' if node.resource_type == 'seed' else node.config.materialized -%}
            {%- if node.database != this.database or node.schema != this.schema
                or node.defer_relation -%}
                {%- set can_tell.value = false -%}
            {%- elif kind in ['seed', 'incremental'] -%}
                {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
                {%- if relation is none -%}
                    {%- set can_tell.value = false -%}
                {%- else -%}
                    {%- do selects.append(content_of(relation)) -%}
                {%- endif -%}
            {#- A view shows what is there now, and its comment what was there when it was made. -#}
            {%- elif kind == 'table' or (kind == 'view' and parent in selected_resources) -%}
                {%- do names.append(text_literal(node.alias)) -%}
            {%- else -%}
                {%- set can_tell.value = false -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for kind in ('table', 'view') -%}
        {%- do selects.append(
            'select ' ~ kind ~ '_name, comment from duckdb_' ~ kind ~ 's() where database_name = '
            ~ text_literal(this.database) ~ ' and schema_name = ' ~ text_literal(this.schema)
            ~ ' and ' ~ kind ~ '_name in (' ~ names | join(', ') ~ ")"
            ~ " and starts_with(comment, 'made of ')"
        ) -%}
    {%- endfor -%}
    {%- set before = namespace(value=none) -%}
    {%- set found = run_query(selects | join(' union all ') ~ ' order by 1').rows -%}
    {%- for row in found -%}
        {%- if row[0] == this.identifier -%}
            {%- set before.value = row[1] -%}
        {%- else -%}
            {%- do parts.append(row[0] ~ ': ' ~ row[1]) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Every parent has said what it is made of. -#}
    {%- set said = found | length - (1 if before.value is not none else 0) -%}
    {%- if said < selects | length - 2 + names | length - 1 -%}
        {%- set can_tell.value = false -%}
    {%- endif -%}
    {{ return({
        'now': 'made of ' ~ local_md5(parts | join('\n')) if can_tell.value else none,
        'before': before.value,
        'parents': parents,
    }) }}
{% endmacro %}


{#- The rows and the columns of a table that is no result of its parents alone, as a text. -#}
{% macro content_of(relation) %}
    {{ return(
        'select ' ~ text_literal(' ' ~ relation.identifier) ~ ", count(*) || ' '"
        ~ ' || coalesce(sum(hash(part)), 0) || (select string_agg(column_name || data_type,'
        ~ " ' ' order by column_index) from duckdb_columns() where database_name = "
        ~ text_literal(relation.database) ~ ' and schema_name = ' ~ text_literal(relation.schema)
        ~ ' and table_name = ' ~ text_literal(relation.identifier) ~ ') from ' ~ relation
        ~ ' as part'
    ) }}
{% endmacro %}


{#- Hooks of this project, which change nothing of the table. They run with each build. -#}
{% macro has_known_hooks_only() %}
    {%- for hook in model.config['pre-hook'] + model.config['post-hook']
        if hook.sql not in ['{{ write_export() }}', '{{ stop_without_sales() }}'] -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{% endmacro %}


{#-
    The comment that says what a table or view is made of, so that the next build may keep it. SQL
    that does not follow from the parents gets none: it asks for the time or for chance, or reads
    what is neither a parent nor a file whose content it names. A Python model says in its YAML
    whether it is a function of its parents.
-#}
{% macro say_what_it_is_made_of(relation, made_of) %}
    {%- set follows = namespace(value=false) -%}
    {%- if made_of.now is none -%}
    {%- elif model.language == 'python' -%}
        {%- set follows.value = model.config.meta.get('is_function_of_parents', false) -%}
    {%- elif made_of.now == made_of.before -%}
        {%- set follows.value = true -%}
    {%- else -%}
        {%- set request = {
            'sql': compiled_code,
            'relations': made_of.parents,
            'named_files': modules.re.findall('-- sha256 [0-9a-f]{64}\\b', compiled_code) | length,
        } -%}
        {%- set follows.value = run_query(
            'select follows_from(' ~ text_literal(tojson(request)) ~ ')'
        ).rows[0][0] == 'true' -%}
    {%- endif -%}
    {%- if follows.value -%}
        {%- do run_query(
            'comment on ' ~ relation.type ~ ' ' ~ relation ~ ' is ' ~ text_literal(made_of.now)
        ) -%}
    {%- endif -%}
{% endmacro %}
