{#-
    A select over the order lines as text (macros/inputs/read_input.sql), with what the input has no
    column for, so that the next model can make it up, and why a line is to be left out.
-#}
{% macro read_order_lines() %}
    {%- set input = order_lines_input() -%}
    {%- if not execute -%}
        {{ read_no_input(input) }}
    {%- else -%}
        {%- set layout = input_layout(input) -%}
        {{ read_input(input, layout) }}
    {%- endif -%}
{%- endmacro %}


{#-
    Why a line of a file does not count, as text: the header and the value, by the vars or preset's
    options `leave_out` and `keep_only`. A line is left out by one of these values, and kept by one
    of those only.
-#}
{% macro left_out(input, file) %}
    {%- set rules = [] -%}
    {%- for setting, is_listed in [('leave_out', true), ('keep_only', false)] -%}
        {%- for header, values in input_setting(setting).items() -%}
            {%- set places = [] -%}
            {%- for found in file.headers -%}
                {%- if plain_header(found) == plain_header(header) -%}
                    {%- do places.append(loop.index0) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if places | length == 1 -%}
                {%- set literals = [] -%}
                {%- for value in ([values] if values is string else values) -%}
                    {%- do literals.append(text_literal(value | string | lower)) -%}
                {%- endfor -%}
                {%- do rules.append({
                    'field': file.fields[places[0]],
                    'name': text_literal(header ~ ': '),
                    'comparison': ('in' if is_listed else 'not in')
                        ~ ' (' ~ literals | join(', ') ~ ')',
                }) -%}
            {%- elif var(setting, none) -%}
                {{ exceptions.raise_compiler_error(
                    "The var " ~ setting ~ " names the header '" ~ header ~ "', which "
                    ~ file.name ~ (" has more than once." if places else " does not have.")
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not rules -%}
        {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}
    {%- endif -%}
    case
        {%- for rule in rules %}
        when coalesce(lower({{ trim_blanks(rule.field) }}), '') {{ rule.comparison }}
            then {{ rule.name }} || coalesce({{ rule.field }}, '')
        {%- endfor %}
    end
{%- endmacro %}
