{#- The layout of the order lines (macros/input/input_layout.sql); no files while dbt parses. -#}
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
    A select of the order lines as text (macros/input/read_input.sql), with two kinds of further
    columns: has_<column>, whether the file has a column of `made_up_columns` that only some files
    have; and `left_out`, why a line is excluded.
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


{#- The columns of an order line that are derived from others if the input does not have them. -#}
{% macro made_up_columns() %}
    {{ return(['order_id', 'quantity', 'unit_price', 'line_amount']) }}
{% endmacro %}


{#-
    Why a line of a file is excluded, as text: the header and the value. The rules are the vars or
    the preset's options `leave_out`, which excludes lines with one of its values, and `keep_only`,
    which excludes lines with any other value. Null for a line that counts.
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
                {%- set is_list = values is iterable and values is not string -%}
                {%- for value in (values if is_list else [values]) -%}
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
