{#-
    The hook before a run. The files that the run is going to replace are set aside, so that a run
    that fails or is killed leaves no file that looks current (customer_value.files).
-#}
{% macro set_exports_aside() %}
    {%- set names = selected_exports() -%}
    {%- if names -%}
        {%- do exports_step('begin_exports', names, {}) -%}
    {%- endif -%}
    {%- do stop_at_old_consents() -%}
{% endmacro %}


{#-
    The hook after a run. The files of the exports get their names, and the manifest names them, if
    every model and test of the run has succeeded.
-#}
{% macro publish_exports(results) %}
    {%- set names = selected_exports() -%}
    {%- if names -%}
        {%- set written = [] -%}
        {%- set failed = [] -%}
        {%- for result in results -%}
            {%- if result.status | string not in ['success', 'pass', 'warn', 'no-op'] -%}
                {%- do failed.append(result.node.unique_id) -%}
            {%- elif result.node.name in names and result.node.resource_type == 'model' -%}
                {%- do written.append(result.node.name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do exports_step('finish_exports', written, {
            'as_of_date': exports_as_of_date(),
            'succeeded': not failed and written | length == names | length,
        }) -%}
    {%- endif -%}
{% endmacro %}


{#-
    Stops a run that would write addresses by consents that an earlier run has read: who has said no
    since would be in a file of today.
-#}
{% macro stop_at_old_consents() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set prefix = 'model.' ~ project_name ~ '.' -%}
        {%- set written = [] -%}
        {%- for id in selected_resources if id in graph.nodes -%}
            {%- set parents = graph.nodes[id].depends_on.nodes -%}
            {%- if graph.nodes[id].fqn[1] == 'exports' and (
                prefix ~ 'int_customers__reachable' in parents
                or prefix ~ 'int_campaign_recipients' in parents
            ) -%}
                {%- do written.append(graph.nodes[id].name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set needed = [
            prefix ~ 'base_customer_contacts', prefix ~ 'stg_suppressed_customers',
            prefix ~ 'int_customers__permissions', prefix ~ 'stg_erased_customers',
        ] -%}
        {%- if flags.WHICH == 'build' -%}
            {%- do needed.append('seed.' ~ project_name ~ '.suppressed_customers') -%}
        {%- endif -%}
        {%- if written and needed | reject('in', selected_resources) | list -%}
            {{ exceptions.raise_compiler_error(
                written | sort | join(', ') ~ " would hold addresses by consents that an earlier"
                ~ " run has read. Read them again: dbt build --select tag:campaigns"
            ) }}
        {%- elif written and flags.WHICH == 'run' -%}
            {%- do log(
                "dbt run loads no seeds and runs no tests: the exports leave out who was in"
                ~ " seeds/suppressed_customers.csv at the last dbt build or dbt seed.", info=true
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- Names of the exports that this run writes to a folder of this machine. -#}
{% macro selected_exports() %}
    {%- set names = [] -%}
    {%- if execute and flags.WHICH in ['build', 'run'] and stages_exports() -%}
        {%- for id in selected_resources if id.startswith('model.') -%}
            {%- if graph.nodes[id].fqn[1] == 'exports' -%}
                {%- do names.append(graph.nodes[id].name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names | sort) }}
{% endmacro %}


{#- Whether exports are written beside their place. Spark and object stores have their own ways. -#}
{% macro stages_exports() %}
    {{- return(target.type == 'duckdb' and '://' not in exports_folder()) -}}
{% endmacro %}


{% macro exports_as_of_date() %}
    {#- A ref in a hook would be a dependency of every run. -#}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.customers'] -%}
    {%- set customers = adapter.get_relation(node.database, node.schema, node.alias) -%}
    {%- if customers -%}
        {%- set found = run_query('select max(as_of_date) from ' ~ customers).rows[0][0] -%}
        {{ return(found | string if found else none) }}
    {%- endif -%}
{% endmacro %}


{% macro exports_step(function, names, arguments) %}
    {%- set request = dict(
        arguments,
        folder=exports_folder(), names=names, warehouse=target.path, invocation_id=invocation_id
    ) -%}
    {%- set answer = fromjson(
        run_query('select ' ~ function ~ '(' ~ text_literal(tojson(request)) ~ ')').rows[0][0]
    ) -%}
    {%- if answer.problem -%}
        {{ exceptions.raise_compiler_error(answer.problem) }}
    {%- elif answer.notice -%}
        {%- do log(answer.notice, info=true) -%}
    {%- endif -%}
{% endmacro %}
