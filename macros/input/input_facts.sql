{#-
    Facts about the files of the order lines, for `data_quality` and its tests: the records of each
    file, headers of money or status that are not read (`unread`), and columns that only some files
    have (`partial`). Empty while dbt parses.
-#}
{% macro input_facts() %}
    {%- if not execute -%}
        {{ return({
            'files': [], 'file_names': [], 'record_count': none, 'column_count': 0, 'words': '',
            'unread': [], 'partial': [], 'has_unread': false,
        }) }}
    {%- endif -%}
    {%- set input = order_lines_input() -%}
    {%- set layout = input_layout(input) -%}
    {%- set unread = [] -%}
    {%- set words = 'discount|coupon|promo|refund|status|currency|tax|\\bvat\\b|\\btips?\\b|gift'
        ~ '|cancel|void|rabatt|nachlass|erstatt|storno|w.hrung|steuer|mwst|gutschein'
        ~ '|remise|rembours|annul|devise|descuento|reembols|estado|moneda|impuesto' -%}
    {%- for header in layout.unread if modules.re.search(words, header | string | lower) -%}
        {%- set known = [] -%}
        {%- for part in layout.preset.get('left_unread', [])
            if plain_header(part) in plain_header(header) -%}
            {%- do known.append(part) -%}
        {%- endfor -%}
        {%- if not known and plain_header(header) not in read_by_settings() -%}
            {%- do unread.append(header) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set file_names = [] -%}
    {%- for file in layout.files -%}
        {%- do file_names.append(file.short_name) -%}
    {%- endfor -%}
    {{ return({
        'files': layout.files,
        'file_names': file_names,
        'column_count': layout.found | length,
        'words': words_of_layout(input, layout),
        'record_count': input_record_count(layout),
        'unread': unread,
        'partial': layout.partial,
        'has_unread': layout.unread | length > 0,
    }) }}
{% endmacro %}


{#- The headers, as `plain_header`, that the settings `leave_out` and `keep_only` read. -#}
{% macro read_by_settings() %}
    {%- set headers = [] -%}
    {%- for header in input_setting('leave_out') | list + input_setting('keep_only') | list -%}
        {%- do headers.append(plain_header(header)) -%}
    {%- endfor -%}
    {{ return(headers) }}
{% endmacro %}


{#- Whether the order lines have a column of prices or amounts. -#}
{% macro input_has_amounts() %}
    {%- if not execute -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set input = order_lines_input() -%}
    {%- set preset = input_preset(input) -%}
    {%- set file = {'name': input.path, 'headers': first_headers(input, preset)} -%}
    {%- set columns = match_headers(input, preset, wanted_headers(input, preset), file).columns -%}
    {{ return(columns.unit_price is not none or columns.line_amount is not none) }}
{% endmacro %}
