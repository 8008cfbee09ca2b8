{#-
    The preset of an input: the one that the var `input_preset` names, else the first one whose
    signature the headers fit, else the input's default. If several presets share the named alias,
    the headers decide.
-#}
{% macro input_preset(input) %}
    {%- set named = var('input_preset', none) if input.name == 'order_lines' else none -%}
    {%- set presets = input.presets -%}
    {%- if named -%}
        {%- set presets = [] -%}
        {%- for preset in input.presets
            if named == preset.name or named in preset.get('aliases', []) -%}
            {%- do presets.append(preset) -%}
        {%- endfor -%}
        {%- if presets | length == 1 -%}
            {{ return(presets[0]) }}
        {%- elif not presets -%}
            {{ exceptions.raise_compiler_error(
                "The var input_preset is '" ~ named ~ "': it must be one of "
                ~ (input.presets | map(attribute='name') | list
                   + input.presets | selectattr('aliases', 'defined') | map(attribute='aliases')
                   | sum(start=[])) | unique | sort | join(', ') ~ "."
            ) }}
        {%- endif -%}
    {%- endif -%}
    {%- if execute and input.path -%}
        {#- Most presets share one dialect, for which the headers are read only once. -#}
        {%- set headers_by_dialect = {} -%}
        {%- for preset in presets if preset.signature -%}
            {%- set dialect = csv_options(input, preset) | string -%}
            {%- if dialect not in headers_by_dialect -%}
                {%- do headers_by_dialect.update({
                    dialect: first_headers(input, preset) | map('lower') | map('replace', ' ', '')
                        | list
                }) -%}
            {%- endif -%}
            {%- set headers = headers_by_dialect[dialect] -%}
            {%- if preset_fits(preset, headers) -%}
                {{ return(preset) }}
            {%- endif -%}
        {%- endfor -%}
        {%- if named -%}
            {{ exceptions.raise_compiler_error(
                "The var input_preset is '" ~ named ~ "', and the headers are of none of its "
                ~ "forms ("
                ~ presets | map(attribute='label') | join('; ') ~ "). They are: "
                ~ shown_headers(first_headers(input, presets[0])) ~ "."
            ) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(input.presets | selectattr('name', 'equalto', input.default_preset) | first) }}
{% endmacro %}


{#- Whether plain headers include one of each item of the signature, and none of `not_with`. -#}
{% macro preset_fits(preset, headers) %}
    {%- for item in preset.signature -%}
        {%- set alternatives = [item] if item is string else item -%}
        {%- set found = [] -%}
        {%- for header in alternatives if plain_header(header) in headers -%}
            {%- do found.append(header) -%}
        {%- endfor -%}
        {%- if not found -%}
            {{ return(false) }}
        {%- endif -%}
    {%- endfor -%}
    {%- for header in preset.get('not_with', []) if plain_header(header) in headers -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{% endmacro %}


{#- A header without case and blanks, which are ignored in comparisons. -#}
{% macro plain_header(header) %}
    {{ return(header | string | lower | replace(' ', '')) }}
{% endmacro %}
