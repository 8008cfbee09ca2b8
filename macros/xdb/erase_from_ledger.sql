{#-
    The pre-hook of campaign_assignments: the tokens of erased customers take the place of their ids
    in the archive, and then in the table, also where an id names a household. A build that takes
    assignments from the archive finds no id any more. Each id has a token of its own, because a
    list may have several ids of one person; stg_customer_aliases says whose a token is.
-#}
{% macro erase_from_ledger() %}
    {%- if execute and has_erased_customers() -%}
        {%- do adapter.dispatch('erase_from_ledger', 'customer_value')() -%}
    {%- endif -%}
{% endmacro %}


{% macro default__erase_from_ledger() %}
    {%- set found = run_query('select id_token from ' ~ ref('stg_erased_customers') ~ ' order by 1')
    -%}
    {%- if found.rows | length -%}
        {%- set tokens = [] -%}
        {%- for row in found.rows -%}
            {%- do tokens.append(text_literal(row[0])) -%}
        {%- endfor -%}
        {%- set replaced = {} -%}
        {%- for column in ('customer_id', 'household_id') -%}
            {%- do replaced.update({column: 'case when ' ~ erased_token(column) ~ ' in ('
                ~ tokens | join(', ') ~ ') then ' ~ erased_token(column) ~ ' else ' ~ column
                ~ ' end'}) -%}
        {%- endfor -%}
        {%- if campaign_archive() and '://' not in campaign_archive() -%}
            {#- An archive of an earlier version has no households. -#}
            {%- set statement -%}
                select * replace (
                    {{ replaced.customer_id }} as customer_id,
                    {{ replaced.household_id }} as household_id
                )
                from (
                    select * from part
                    union all by name
                    select cast(null as varchar) as household_id where false
                ) as listed
            {%- endset -%}
            {%- do call_archive('rewrite', {'statements': {'assignments': statement}}) -%}
        {%- endif -%}
        {%- if load_relation(this) is not none -%}
            {%- for column in adapter.get_columns_in_relation(this) | map(attribute='name')
                if column in replaced -%}
                {%- do run_query(
                    'update ' ~ this ~ ' set ' ~ column ~ ' = ' ~ erased_token(column)
                    ~ ' where ' ~ erased_token(column) ~ ' in (' ~ tokens | join(', ') ~ ')'
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- Parquet files on Spark are not updated in place. -#}
{% macro spark__erase_from_ledger() %}
    {%- if load_relation(this) is not none -%}
        {%- set ids = [] -%}
        {%- for column in adapter.get_columns_in_relation(this) | map(attribute='name')
            if column in ('customer_id', 'household_id') -%}
            {%- do ids.append(erased_token(column)) -%}
        {%- endfor -%}
        {%- set known = run_query(
            'select 1 from ' ~ this ~ ' inner join ' ~ ref('stg_erased_customers')
            ~ ' as erased on erased.id_token in (' ~ ids | join(', ') ~ ') limit 1'
        ) -%}
        {%- if known.rows | length -%}
            {{ exceptions.raise_compiler_error(
                "ERASED_CUSTOMERS names customers of launched campaigns, which Spark cannot "
                ~ "rewrite in place: replace their ids (customer_id, household_id) in "
                ~ "campaign_assignments and in "
                ~ "archived_assignments by the id_token of stg_erased_customers."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
