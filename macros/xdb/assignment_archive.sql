{#-
    The folder that launched campaigns are written to: CAMPAIGN_ARCHIVE, or a folder beside the
    warehouse file. None if there is neither, as on Spark by default, and for the sample, whose
    campaigns are invented.
-#}
{% macro assignment_archive() %}
    {%- set beside = none -%}
    {%- if order_lines_input().path and target.type == 'duckdb' and target.path != ':memory:' -%}
        {%- set beside = modules.re.sub('[.][^./]*$', '', target.path) ~ '_campaigns' -%}
    {%- endif -%}
    {{ return(env_var('CAMPAIGN_ARCHIVE', '') or beside) }}
{% endmacro %}


{#-
    A select of all archived assignments, with the columns of campaign_assignments; without rows if
    nothing is archived.
-#}
{% macro archived_assignments() %}
    {%- set archive = none -%}
    {%- if execute and assignment_archive() -%}
        {%- set archive = adapter.dispatch('archived_rows', 'customer_value')() -%}
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


{% macro default__archived_rows() %}
    {#- In a glob pattern, special characters are escaped by brackets. -#}
    {%- set folder = modules.re.sub('([][*?])', '[\\1]', assignment_archive()) -%}
    {%- set files = text_literal(folder ~ '/*/*.parquet') -%}
    {%- set found = run_query('select count(*) from glob(' ~ files ~ ')') -%}
    {%- if found and found.columns[0].values()[0] -%}
        {{ return('read_parquet(' ~ files ~ ', union_by_name = true, hive_partitioning = false)') }}
    {%- endif -%}
{% endmacro %}


{#- An external table, so that the files remain if it is dropped or the catalog is lost. -#}
{% macro spark__archived_rows() %}
    {%- set archive = this.incorporate(path={'identifier': 'campaign_archive'}) -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- do run_query(
        'create table if not exists ' ~ archive ~ ' (' ~ columns | join(', ')
        ~ ') using parquet location ' ~ text_literal(assignment_archive())
    ) -%}
    {{ return(archive | string) }}
{% endmacro %}


{#- Writes each launched campaign that is not archived yet. -#}
{% macro archive_assignments() %}
    {%- if execute and assignment_archive() -%}
        {%- set archive = adapter.dispatch('archived_rows', 'customer_value')() -%}
        {%- set new_rows -%}
            select * from {{ this }}
            {%- if archive %}
            where campaign_id not in (select campaign_id from {{ archive }})
            {%- endif %}
        {%- endset -%}
        {{ return(adapter.dispatch('archive_rows', 'customer_value')(archive, new_rows)) }}
    {%- endif -%}
{% endmacro %}


{% macro default__archive_rows(archive, new_rows) %}
    {%- if '://' not in assignment_archive() -%}
        {%- do make_folder(assignment_archive()) -%}
    {%- endif -%}
    {{ return(
        'copy (' ~ new_rows ~ ') to ' ~ text_literal(assignment_archive())
        ~ ' (format parquet, partition_by (campaign_id), write_partition_columns true,'
        ~ ' overwrite_or_ignore true)'
    ) }}
{% endmacro %}


{% macro spark__archive_rows(archive, new_rows) %}
    {{ return('insert into ' ~ archive ~ ' ' ~ new_rows) }}
{% endmacro %}
