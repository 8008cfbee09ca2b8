{#- Stops the run where the name of an audience's file is not in audience_names. -#}
{% macro stop_at_unlisted_audience() %}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'model')
            if 'audiences' in node.fqn -%}
            {%- if not node.name.startswith('audience_') -%}
                {{ exceptions.raise_compiler_error(
                    node.original_file_path ~ ": the name of an audience begins with audience_."
                ) }}
            {%- elif node.name[9:] not in audience_names() -%}
                {{ exceptions.raise_compiler_error(
                    node.original_file_path ~ " is not on the list: add '" ~ node.name[9:]
                    ~ "' to macros/campaigns/audience_names.sql."
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
