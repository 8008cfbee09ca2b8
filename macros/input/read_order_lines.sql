{#- How the order lines are read (macros/input/input_layout.sql); while dbt parses, as no file. -#}
{% macro order_lines_layout() %}
    {%- set input = order_lines_input() -%}
    {%- if not execute -%}
        {{ return({'files': [], 'found': [], 'partial': [], 'has_left_out': false}) }}
    {%- endif -%}
    {%- set layout = input_layout(input) -%}
    {%- set rules = [] -%}
    {%- set settings = [
        (input_setting('leave_out'), true, 'leave_out'),
        (input_setting('keep_only'), false, 'keep_only'),
    ] -%}
    {%- for file in layout.files -%}
        {%- do file.update({'left_out': left_out(file, settings)}) -%}
        {%- do rules.append(file.left_out != null_text()) -%}
    {%- endfor -%}
    {{ return(dict(layout, has_left_out=true in rules)) }}
{% endmacro %}


{#-
    A select over the order lines as text (macros/input/read_input.sql), with what differs between
    lines or files: which columns a file has that others are made up from where it has none, and why
    a line is left out.
-#}
{% macro read_order_lines(layout) %}
    {%- if not execute -%}
        {{ read_no_input(order_lines_input()) }}
    {%- else -%}
        {%- for file in layout.files -%}
            {%- set extra = {} -%}
            {%- for column in made_up_columns() if column in layout.partial -%}
                {%- do extra.update({'has_' ~ column: file.columns[column] is not none}) -%}
            {%- endfor -%}
            {%- if layout.has_left_out -%}
                {%- do extra.update({'left_out': file.left_out}) -%}
            {%- endif -%}
            {%- do file.update({'extra': extra}) -%}
        {%- endfor -%}
        {{ read_input(layout) }}
    {%- endif -%}
{%- endmacro %}


{#- The columns of an order line that are made up from others where the input has none. -#}
{% macro made_up_columns() %}
    {{ return(['order_id', 'quantity', 'unit_price', 'line_amount']) }}
{% endmacro %}


{#-
    Why a line of a file does not count, as text: the header and the value, by the vars or preset's
    options `leave_out` and `keep_only`. A line is left out by one of these values, and kept by one
    of those only.
-#}
{% macro left_out(file, settings) %}
    {%- set rules = [] -%}
    {%- for setting, is_listed, name in settings -%}
        {%- for header, values in setting.items() -%}
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
            {%- elif header in mapping_var(name) -%}
                {{ exceptions.raise_compiler_error(
                    "The var " ~ name ~ " names the header '" ~ header ~ "', which "
                    ~ file.name ~ (" has more than once." if places else " does not have.")
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not rules -%}
        {{ return(null_text()) }}
    {%- endif -%}
    {%- set reason -%}
        case
            {%- for rule in rules %}
            when coalesce(lower({{ trim_blanks(rule.field) }}), '') {{ rule.comparison }}
                then {{ rule.name }} || coalesce({{ rule.field }}, '')
            {%- endfor %}
        end
    {%- endset -%}
    {{ return(reason) }}
{% endmacro %}
