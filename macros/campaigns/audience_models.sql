{#-
    The audiences: every model named audience_<name> in models/marts/campaigns/audiences, as dicts
    of `audience` and `sql`, by name. Only known once all files are read: nothing while dbt parses.
-#}
{% macro audience_models() %}
    {%- set audiences = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'model')
            | sort(attribute='name')
            if 'audiences' in node.fqn and node.name.startswith('audience_') -%}
            {%- do audiences.append({
                'audience': node.name[('audience_' | length):], 'sql': node.raw_code
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(audiences) }}
{% endmacro %}
