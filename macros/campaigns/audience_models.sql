{#-
    The audiences: every model in models/marts/campaigns/audiences, as dicts of `model`, `audience`
    (the name without audience_) and `sql`, by name. Only known once all files are read: nothing
    while dbt parses.
-#}
{% macro audience_models() %}
    {%- set audiences = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'model')
            | sort(attribute='name')
            if 'audiences' in node.fqn -%}
            {%- if not node.name.startswith('audience_') -%}
                {{ exceptions.raise_compiler_error(
                    node.original_file_path ~ ": the name of an audience begins with audience_."
                ) }}
            {%- endif -%}
            {%- do audiences.append({
                'model': node.name,
                'audience': node.name[('audience_' | length):],
                'sql': node.raw_code,
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(audiences) }}
{% endmacro %}
