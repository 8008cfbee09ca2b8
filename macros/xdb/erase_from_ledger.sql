{#-
    The pre-hook of campaign_assignments: the tokens of erased customers take the place of their ids
    in the archive, and then in the table. A build that takes assignments from the archive finds no
    id any more.
-#}
{% macro erase_from_ledger() %}
    {%- if execute and has_erased_customers() -%}
        {%- do adapter.dispatch('erase_from_ledger', 'customer_value')() -%}
    {%- endif -%}
{% endmacro %}


{% macro default__erase_from_ledger() %}
    {%- set tokens = run_query(
        'select id_token, person_token from ' ~ ref('stg_erased_customers') ~ ' order by 1'
    ).rows -%}
    {%- if tokens | length -%}
        {%- set pairs = [] -%}
        {%- for row in tokens -%}
            {%- do pairs.append(
                '(' ~ text_literal(row[0]) ~ ', ' ~ text_literal(row[1]) ~ ')'
            ) -%}
        {%- endfor -%}
        {%- set erased = '(values ' ~ pairs | join(', ')
            ~ ') as erased (id_token, person_token)' -%}
        {%- if campaign_archive() and '://' not in campaign_archive() -%}
            {%- set statement -%}
                select part.* replace (
                    coalesce(erased.person_token, part.customer_id) as customer_id
                )
                from part
                left join {{ erased }}
                    on {{ erased_token('part.customer_id') }} = erased.id_token
            {%- endset -%}
            {%- do call_archive('rewrite', {'statements': {'assignments': statement}}) -%}
        {%- endif -%}
        {%- if load_relation(this) is not none -%}
            {%- do run_query(
                'update ' ~ this ~ ' set customer_id = erased.person_token from ' ~ erased
                ~ ' where ' ~ erased_token('customer_id') ~ ' = erased.id_token'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- Parquet files on Spark are not updated in place. -#}
{% macro spark__erase_from_ledger() %}
    {%- if load_relation(this) is not none -%}
        {%- set known = run_query(
            'select 1 from ' ~ this ~ ' inner join ' ~ ref('stg_erased_customers')
            ~ ' as erased on ' ~ erased_token('customer_id') ~ ' = erased.id_token limit 1'
        ) -%}
        {%- if known.rows | length -%}
            {{ exceptions.raise_compiler_error(
                "ERASED_CUSTOMERS names customers of launched campaigns, which Spark cannot "
                ~ "rewrite in place: replace their ids in campaign_assignments and in "
                ~ "archived_assignments by the person_token of stg_erased_customers."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
