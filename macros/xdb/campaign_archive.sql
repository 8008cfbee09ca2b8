{#-
    The folder that launched campaigns are written to: CAMPAIGN_ARCHIVE, or a folder beside the
    warehouse file. None if there is neither, as on Spark by default, and for the sample, whose
    campaigns are invented.
-#}
{% macro campaign_archive() %}
    {%- set beside = none -%}
    {%- if order_lines_input().path and target.type == 'duckdb' and target.path != ':memory:' -%}
        {%- set beside = modules.re.sub('[.][^./]*$', '', target.path) ~ '_campaigns' -%}
    {%- endif -%}
    {{ return(env_var('CAMPAIGN_ARCHIVE', '') or beside) }}
{% endmacro %}


{#-
    A select of all archived rows of a part (launches, assignments), with the columns of the model
    that calls it; without rows if nothing is archived.
-#}
{% macro archived_rows(part) %}
    {%- set archive = none -%}
    {%- if execute and campaign_archive() -%}
        {%- set archive = adapter.dispatch('archived_relation', 'customer_value')(part) -%}
    {%- endif %}
    select
        {%- for column in model.columns.values() %}
        cast({{ column.name if archive else 'null' }} as {{ column.data_type }})
            as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- if archive %}
    from {{ archive }}
    {%- else %}
    where false
    {%- endif %}
{% endmacro %}


{#- The files of whole launches; what is none is set aside first, and named in a warning. -#}
{% macro default__archived_relation(part) %}
    {%- set files = [] -%}
    {%- if '://' in campaign_archive() -%}
        {%- set pattern = text_literal(
            modules.re.sub('([][*?])', '[\\1]', campaign_archive()) ~ '/*/' ~ part ~ '.parquet'
        ) -%}
        {%- for row in run_query('select file from glob(' ~ pattern ~ ')').rows -%}
            {%- do files.append(text_literal(row[0])) -%}
        {%- endfor -%}
    {%- else -%}
        {%- set found = call_archive('open') -%}
        {%- for thing in found.set_aside -%}
            {%- do exceptions.warn(
                campaign_archive() ~ '/' ~ thing.name ~ ' is no whole launch (' ~ thing.reason
                ~ "). It was moved to " ~ thing.now ~ "; a launch that the warehouse has is "
                ~ "archived anew by this build."
            ) -%}
        {%- endfor -%}
        {%- for folder in found.launches.values() -%}
            {#- The name is not a pattern. -#}
            {%- do files.append(text_literal(
                modules.re.sub('([][*?])', '[\\1]', folder) ~ '/' ~ part ~ '.parquet'
            )) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if files -%}
        {#- A launch of an earlier version lacks the columns that were added since. -#}
        {%- set columns = [] -%}
        {%- for column in model.columns.values() -%}
            {%- do columns.append('cast(null as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
        {%- endfor -%}
        {{ return(
            '(select * from read_parquet([' ~ files | join(', ')
            ~ '], union_by_name = true, hive_partitioning = false)'
            ~ ' union all by name select ' ~ columns | join(', ') ~ ' where false) as archived_rows'
        ) }}
    {%- endif -%}
{% endmacro %}


{#- An external table, so that the files remain if it is dropped or the catalog is lost. -#}
{% macro spark__archived_relation(part, like=none) %}
    {%- set archive = this.incorporate(path={'identifier': 'archived_' ~ part}) -%}
    {%- set columns = [] -%}
    {%- for column in (like or model).columns.values() -%}
        {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {#- Dropped first, as the table of an earlier version may lack a column; the files remain. -#}
    {%- do run_query('drop table if exists ' ~ archive) -%}
    {%- do run_query(
        'create table ' ~ archive ~ ' (' ~ columns | join(', ')
        ~ ') using parquet location ' ~ text_literal(campaign_archive() ~ '/' ~ part)
    ) -%}
    {{ return(archive | string) }}
{% endmacro %}


{#-
    Calls customer_value.campaign_archive in Python: SQL can write a file and cannot rename one.
-#}
{% macro call_archive(action, arguments={}) %}
    {%- set request = dict(arguments, action=action, folder=campaign_archive()) -%}
    {%- set answer = fromjson(
        run_query('select campaign_archive(' ~ text_literal(tojson(request)) ~ ')').rows[0][0]
    ) -%}
    {%- if answer.problem -%}
        {{ exceptions.raise_compiler_error(answer.problem) }}
    {%- endif -%}
    {{ return(answer.result) }}
{% endmacro %}


{#-
    The post-hook of campaign_assignments: it writes each launched campaign that is not archived
    yet. A launch is archived before the transaction that adds it to the ledger ends: a build that
    is killed in between takes it from the archive the next time.
-#}
{% macro archive_launches() %}
    {%- if execute and campaign_archive() -%}
        {%- do adapter.dispatch('archive_launches', 'customer_value')() -%}
    {%- endif -%}
{% endmacro %}


{% macro default__archive_launches() %}
    {%- set launches = ref('campaign_launches') -%}
    {%- set relations = {'assignments': this, 'launches': launches} -%}
    {%- set is_remote = '://' in campaign_archive() -%}
    {%- set ids = run_query('select distinct campaign_id from ' ~ this ~ ' order by 1') -%}
    {%- if is_remote -%}
        {#- An object store writes a file whole or not at all. -#}
        {%- set folders = {} -%}
        {%- set archived = default__archived_relation('launches') -%}
        {%- set known = run_query('select campaign_id from ' ~ archived) if archived -%}
        {%- set known_ids = known.columns[0].values() if known else [] -%}
        {%- for campaign in ids.columns[0].values() if campaign not in known_ids -%}
            {%- do folders.update({campaign: campaign_archive() ~ '/' ~ local_md5(campaign)}) -%}
        {%- endfor -%}
    {%- else -%}
        {%- set folders = call_archive('begin', {'campaigns': ids.columns[0].values() | list}) -%}
    {%- endif -%}
    {%- set written = [] -%}
    {%- for campaign, folder in folders.items() -%}
        {%- set row_counts = {} -%}
        {%- for part, relation in relations.items() -%}
            {%- set rows = 'select * from ' ~ relation ~ ' where campaign_id = '
                ~ text_literal(campaign) -%}
            {%- do run_query(
                'copy (' ~ rows ~ ') to ' ~ text_literal(folder ~ '/' ~ part ~ '.parquet')
                ~ ' (format parquet)'
            ) -%}
            {%- set counted = run_query('select count(*) from (' ~ rows ~ ') as counted_rows') -%}
            {%- do row_counts.update({part: counted.rows[0][0] | int}) -%}
        {%- endfor -%}
        {%- do written.append({
            'campaign_id': campaign, 'written': folder, 'row_counts': row_counts,
        }) -%}
    {%- endfor -%}
    {%- if not is_remote -%}
        {%- do call_archive('finish', {'launches': written}) -%}
    {%- endif -%}
{% endmacro %}


{#- Spark commits the files of one statement together. -#}
{% macro spark__archive_launches() %}
    {%- set launches = ref('campaign_launches') -%}
    {%- set nodes = graph.nodes.values() | selectattr('name', 'equalto', 'campaign_launches') -%}
    {%- set relations = {
        'launches': [launches, nodes | first],
        'assignments': [this, model],
    } -%}
    {%- for part, (relation, node) in relations.items() -%}
        {%- set archive = spark__archived_relation(part, like=node) -%}
        {%- do run_query(
            'insert into ' ~ archive ~ ' select ' ~ node.columns.keys() | join(', ')
            ~ ' from ' ~ relation
            ~ ' where campaign_id not in (select campaign_id from ' ~ archive ~ ')'
        ) -%}
    {%- endfor -%}
{% endmacro %}
