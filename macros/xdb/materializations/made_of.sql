{#-
    What a table or view is made of, as a text that is equal only where the result is: its SQL or
    Python, what its parents are made of, the project's Python code and DuckDB's version. `now` is
    that of this run, or none where nobody can tell; `before` is the comment of the table.
-#}
{% macro made_of() %}
    {%- set parts = [compiled_code] -%}
    {%- if model.config.contract.enforced -%}
        {%- for column in model.columns.values() -%}
            {%- do parts.append(column.name ~ ' ' ~ column.data_type) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set can_tell = namespace(value=not is_volatile(compiled_code)) -%}
    {%- set names = [text_literal(this.identifier)] -%}
    {%- set selects = [
        "select '' as name, version() || current_setting('TimeZone') || python_code() as made_of"
    ] -%}
    {%- if 'archived_salt(' in compiled_code or 'given_salt(' in compiled_code -%}
        {%- do selects.append("select ' salt', md5(" ~ campaign_salt() ~ ')') -%}
    {%- endif -%}
    {%- for parent in model.depends_on.nodes -%}
        {%- set node = graph.nodes.get(parent) -%}
        {%- if node is none -%}
            {#- The SQL that reads the project's own sources names the content of the files. -#}
            {%- if not parent.startswith('source.' ~ project_name ~ '.raw.') -%}
                {%- set can_tell.value = false -%}
            {%- endif -%}
        {%- elif node.resource_type == 'seed' or node.config.materialized == 'incremental' -%}
            {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- if relation is none -%}
                {%- set can_tell.value = false -%}
            {%- else -%}
                {%- do selects.append(
                    'select ' ~ text_literal(' ' ~ node.alias)
                    ~ ", count(*) || ' ' || coalesce(bit_xor(hash(part)), 0) from " ~ relation
                    ~ ' as part'
                ) -%}
            {%- endif -%}
        {%- else -%}
            {%- do names.append(text_literal(node.alias)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for kind in ('table', 'view') -%}
        {%- do selects.append(
            'select ' ~ kind ~ '_name, comment from duckdb_' ~ kind ~ 's() where database_name = '
            ~ text_literal(this.database) ~ ' and schema_name = ' ~ text_literal(this.schema)
            ~ ' and ' ~ kind ~ '_name in (' ~ names | join(', ') ~ ') and comment is not null'
        ) -%}
    {%- endfor -%}
    {%- set before = namespace(value=none) -%}
    {%- set found = run_query(selects | join(' union all ') ~ ' order by 1').rows -%}
    {%- for row in found -%}
        {%- if row[0] == this.identifier -%}
            {%- set before.value = row[1] -%}
        {%- else -%}
            {%- do parts.append(row[0] ~ ': ' ~ row[1]) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Every parent has said what it is made of. -#}
    {%- set said = found | length - (1 if before.value is not none else 0) -%}
    {%- if said < selects | length - 2 + names | length - 1 -%}
        {%- set can_tell.value = false -%}
    {%- endif -%}
    {{ return({
        'now': 'made of ' ~ local_md5(parts | join('\n')) if can_tell.value else none,
        'before': before.value,
    }) }}
{% endmacro %}


{#-
    Whether SQL may give another result on the same tables: it asks for the time or for chance, or
    reads files whose content it does not name.
-#}
{% macro is_volatile(code) %}
    {%- set named_files = modules.re.findall('-- sha256 [0-9a-f]{64}\\b', code) | length -%}
    {%- set bare = modules.re.sub("--[^\\n]*|'(?:[^']|'')*'", "''", code) -%}
    {%- set reads = modules.re.findall(
        '(?i)\\b(?:read_\\w+|\\w+_scan|glob) *\\(', bare
    ) | length -%}
    {{ return(reads > named_files or modules.re.search(
        '(?i)\\b(current_date|current_time|current_timestamp|localtime|localtimestamp)\\b'
        ~ '|\\b(now|today|random|setseed|uuid|uuidv4|uuidv7|gen_random_uuid|nextval|currval|getenv'
        ~ "|getvariable|get_current_timestamp|txid_current) *\\(|\\b(from|join)\\s+''", bare
    ) is not none) }}
{% endmacro %}
