{#-
    How an input is read: its preset, and per file the relation to select from, the SQL of each
    field, and the field of each wanted column. Stops the run with a list of the missing columns.

    `found` are the columns that any file has, `partial` those that only some files have, and
    `unread` the headers that no column is read from.
-#}
{% macro input_layout(input) %}
    {%- set preset = input_preset(input) -%}
    {%- set wanted = wanted_headers(input, preset) -%}
    {%- set files = [] -%}
    {%- set missing = [] -%}
    {%- set matches = {} -%}
    {%- for file in input_files(input, preset) -%}
        {%- set file = read_file(input, preset, file, loop.index) -%}
        {#- The files of an export mostly have equal headers, which are matched only once. -#}
        {%- set headers = file.headers | string -%}
        {%- if headers not in matches -%}
            {%- do matches.update({headers: match_headers(input, preset, wanted, file)}) -%}
        {%- endif -%}
        {%- set matched = matches[headers] -%}
        {%- do missing.extend(matched.missing) -%}
        {%- do files.append(dict(file, columns=matched.columns)) -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- set file = missing[0].file -%}
        {#- A file without a line of headers begins with a record, which no log must hold. -#}
        {%- set fits = (file.columns or {}).values() | reject('none') | list -%}
        {%- set absent = [] -%}
        {%- for item in missing if item.file.name == file.name -%}
            {%- do absent.append(item.what) -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            "The " ~ input.rows ~ " have no column " ~ absent | join(', ')
            ~ " (" ~ file.name ~ "). "
            ~ ("Their headers are: " ~ shown_headers(file.headers)
               if fits or input.name == 'order_lines'
               else "Is the first line of the file the headers? None of them is expected")
            ~ ". Name the right ones in the var " ~ input.columns_var
            ~ ", or null for what there is not (macros/input/README.md)."
            ~ preset_hint(input, preset, file.headers)
        ) }}
    {%- endif -%}
    {%- set read = [] -%}
    {%- set unread = [] -%}
    {%- for file in files -%}
        {%- for column, place in file.columns.items() if place is not none -%}
            {%- do read.append(plain_header(file.headers[place])) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for file in files -%}
        {%- for header in file.headers
            if plain_header(header) not in read and header not in unread -%}
            {%- do unread.append(header) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- set partial = [] -%}
    {%- for column in input.columns -%}
        {%- set places = files | map(attribute='columns') | map(attribute=column) | list -%}
        {%- set count = places | reject('none') | list | length -%}
        {%- if count -%}
            {%- do found.append(column) -%}
        {%- endif -%}
        {%- if 0 < count < files | length -%}
            {%- do partial.append(column) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        'preset': preset, 'files': files, 'found': found, 'unread': unread, 'partial': partial,
    }) }}
{% endmacro %}


{#-
    Each column with its possible headers, in order of preference: those of the user's var, else
    those of the preset, and last the column's own name. A column that the var or the preset sets to
    null has none.
-#}
{% macro wanted_headers(input, preset) %}
    {%- set named = mapping_var(input.columns_var) -%}
    {%- for column, header in named.items() -%}
        {%- if column not in input.columns -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ input.columns_var ~ " names '" ~ column
                ~ "', which is no column of " ~ input.row ~ ". "
                ~ "There are: " ~ input.columns | join(', ') ~ "."
            ) }}
        {%- elif header is none and column in input.never_without -%}
            {{ exceptions.raise_compiler_error(
                "The var " ~ input.columns_var ~ " sets '" ~ column
                ~ "' to null, but " ~ input.row ~ " needs one."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- set wanted = {} -%}
    {%- set known = preset.columns | list + named | list -%}
    {%- for column in input.columns -%}
        {%- set said = named[column] if column in named else preset.columns.get(column) -%}
        {%- set headers = [] if said is none else ([said] if said is not sequence or said is string
            else said | list) -%}
        {%- do wanted.update({column: {
            'headers': headers + ([] if said is none and column in known else [column]),
            'is_named': column in named,
            'is_required': said is not none and (
                column in named or column not in preset.get('may_be_missing', [])
            ),
        }}) -%}
    {%- endfor -%}
    {{ return(wanted) }}
{% endmacro %}


{#-
    The position of each wanted column among a file's headers, none if the file lacks it, and the
    missing columns. Case and blanks of headers are ignored. Two matching headers stop the run.
-#}
{% macro match_headers(input, preset, wanted, file) %}
    {%- set found = {} -%}
    {%- for header in file.headers -%}
        {%- set plain = plain_header(header) -%}
        {%- do found.update({plain: found.get(plain, []) + [loop.index0]}) -%}
    {%- endfor -%}
    {%- set columns = {} -%}
    {%- set missing = [] -%}
    {%- for column, want in wanted.items() -%}
        {%- set places = [] -%}
        {%- for header in want.headers if not places -%}
            {%- set candidates = found.get(plain_header(header), []) -%}
            {%- set exact = [] -%}
            {%- for place in candidates if file.headers[place] == header -%}
                {%- do exact.append(place) -%}
            {%- endfor -%}
            {%- if want.is_named and exact | length == 1 -%}
                {%- set candidates = exact -%}
            {%- endif -%}
            {%- if candidates | length > 1 -%}
                {%- set names = [] -%}
                {%- for place in candidates -%}
                    {%- do names.append(file.headers[place]) -%}
                {%- endfor -%}
                {{ exceptions.raise_compiler_error(
                    "The " ~ input.rows ~ " (" ~ file.name ~ ") have " ~ names | length
                    ~ " columns that could be '" ~ header ~ "' for " ~ column ~ ": "
                    ~ shown_headers(names) ~ ". Name one exactly in the var " ~ input.columns_var
                    ~ (", after you gave them different names in the file"
                       if names | unique(case_sensitive=true) | list | length == 1 else "") ~ "."
                ) }}
            {%- endif -%}
            {%- do places.extend(candidates) -%}
        {%- endfor -%}
        {%- do columns.update({column: places | first if places else none}) -%}
        {%- set is_optional = input.name == 'order_lines' and not want.is_named
            and column in optional_order_line_columns() -%}
        {%- if not places and want.is_required and not is_optional
            and column not in input.one_of -%}
            {%- do missing.append({
                'file': dict(file, columns=columns),
                'what': "'" ~ want.headers[0] ~ "' for " ~ column
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set present = [] -%}
    {%- set refused = [] -%}
    {%- for column in input.one_of -%}
        {%- if columns[column] is not none -%}
            {%- do present.append(column) -%}
        {%- elif wanted[column].is_named and not wanted[column].headers -%}
            {%- do refused.append(column) -%}
        {%- endif -%}
        {%- if columns[column] is none and wanted[column].is_named and wanted[column].headers -%}
            {%- do missing.append({
                'file': file, 'what': "'" ~ wanted[column].headers[0] ~ "' for " ~ column
            }) -%}
            {%- do present.append(column) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if input.one_of and not present and not refused -%}
        {%- set headers = [] -%}
        {%- for column in input.one_of -%}
            {%- do headers.append("'" ~ wanted[column].headers[0] ~ "' for " ~ column) -%}
        {%- endfor -%}
        {%- do missing.append({'file': file, 'what': headers | join(' or ')}) -%}
    {%- endif -%}
    {{ return({'columns': columns, 'missing': missing}) }}
{% endmacro %}


{#-
    Headers for a message. One that may be a value, because the file has no line of headers, is not
    shown: an address, or more digits than headers have.
-#}
{% macro shown_headers(headers) %}
    {%- set shown = [] -%}
    {%- for header in headers -%}
        {%- set is_value = modules.re.search('@|([0-9][^0-9]{0,2}){5}', header | string) -%}
        {%- do shown.append('(not shown)' if is_value else header) -%}
    {%- endfor -%}
    {{ return(shown | join(', ')) }}
{% endmacro %}


{#- A hint for headers that do not fit the preset: the preset that has the most of them. -#}
{% macro preset_hint(input, preset, headers) %}
    {%- set plain = headers | map('lower') | map('replace', ' ', '') | list -%}
    {%- set best = {'share': 0.5, 'hint': ''} -%}
    {%- for other in input.presets if other.name != preset.name -%}
        {%- set known = [] -%}
        {%- set mapped = [] -%}
        {%- for said in other.columns.values() if said is not none -%}
            {%- set alternatives = [said] if said is string else said -%}
            {%- do mapped.append(said) -%}
            {%- for header in alternatives if plain_header(header) in plain -%}
                {%- do known.append(said) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set share = known | length / (mapped | length or 1) -%}
        {%- if share > best.share -%}
            {%- do best.update({
                'share': share,
                'hint': " These headers are those of " ~ other.label ~ ": set input_preset: "
                    ~ other.name ~ ".",
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(best.hint) }}
{% endmacro %}
