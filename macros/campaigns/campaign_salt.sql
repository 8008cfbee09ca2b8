{#-
    The secret start of the text whose hash draws control groups, as a SQL literal: the var
    campaign_salt, or what the first build on own order lines put into the archive. The sample's is
    known, so that everyone's groups are those of the documentation.
-#}
{% macro campaign_salt() %}
    {%- if var('campaign_salt') -%}
        {{ return(text_literal(var('campaign_salt'))) }}
    {%- elif not order_lines_input().path or not execute -%}
        {{ return(text_literal('customer_value')) }}
    {%- elif not campaign_archive() or '://' in campaign_archive() or target.type != 'duckdb' -%}
        {{ exceptions.raise_compiler_error(
            "Set the var campaign_salt to a secret text of your own: it draws the control groups, "
            ~ "and there is no folder CAMPAIGN_ARCHIVE on this machine where it could be kept."
        ) }}
    {%- endif -%}
    {%- set launches = adapter.get_relation(target.database, target.schema, 'campaign_launches') -%}
    {{ return(text_literal(call_archive('salt', {
        'has_launches': launches is not none
            and run_query('select count(*) from ' ~ launches).rows[0][0] > 0
    }))) }}
{% endmacro %}
