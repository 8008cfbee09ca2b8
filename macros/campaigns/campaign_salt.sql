{#-
    The secret start of the text whose hash draws control groups, as SQL: the var campaign_salt, or
    what the first build on own order lines put into the archive. The sample's is known, so that
    everyone's groups are those of the documentation. A secret is not in the SQL, which dbt writes
    to its logs and to the documentation: a function of the plugin gives it when the SQL runs.
-#}
{% macro campaign_salt() %}
    {%- set in_unit_test = model.overrides.vars.campaign_salt
        if model and model.resource_type == 'unit_test' and model.overrides -%}
    {%- if in_unit_test -%}
        {{ return(text_literal(in_unit_test)) }}
    {%- elif not execute -%}
        {{ return(text_literal('customer_value')) }}
    {%- elif var('campaign_salt') -%}
        {{ return(given_salt(var('campaign_salt'))) }}
    {%- elif not order_lines_input().path -%}
        {{ return(text_literal('customer_value')) }}
    {%- elif not campaign_archive() or '://' in campaign_archive() or target.type != 'duckdb' -%}
        {{ exceptions.raise_compiler_error(
            "Set the var campaign_salt to a secret text of your own: it draws the control groups, "
            ~ "and there is no folder CAMPAIGN_ARCHIVE on this machine where it could be kept."
        ) }}
    {%- endif -%}
    {%- set launches = adapter.get_relation(target.database, target.schema, 'campaign_launches') -%}
    {%- do call_archive('salt', {
        'has_launches': launches is not none
            and run_query('select count(*) from ' ~ launches).rows[0][0] > 0
    }) -%}
    {{ return('archived_salt(' ~ text_literal(campaign_archive()) ~ ')') }}
{% endmacro %}
