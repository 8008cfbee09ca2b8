{#-
    Customers who asked to be forgotten, as an input: their ids. There are no rows if
    ERASED_CUSTOMERS is not set.
-#}
{% macro erased_customers_input() %}
    {{ return({
        'name': 'erased_customers',
        'variable': 'ERASED_CUSTOMERS',
        'path': env_var('ERASED_CUSTOMERS', ''),
        'sample': none,
        'rows': 'erased customers',
        'row': 'an erased customer',
        'columns_var': 'erased_customer_columns',
        'options_var': 'erased_customer_csv_options',
        'columns': ['customer_id'],
        'never_without': ['customer_id'],
        'one_of': [],
        'presets': [{
            'name': 'erased_customers',
            'label': 'a list of erased customers',
            'signature': [],
            'columns': {'customer_id': 'Customer ID'},
            'may_be_missing': [],
        }],
        'default_preset': 'erased_customers',
    }) }}
{% endmacro %}


{#- A select of the ids as text; without rows if nobody is to be erased. -#}
{% macro read_erased_customers() %}
    {%- set input = erased_customers_input() -%}
    {%- if execute and input.path -%}
        {{ read_all_columns(input) }}
    {%- else -%}
        {{ read_no_input(input) }}
    {%- endif -%}
{%- endmacro %}


{#- Whether ids have to be compared with those of erased customers. -#}
{% macro has_erased_customers() %}
    {{ return(erased_customers_input().path != '') }}
{% endmacro %}


{#-
    What stands in the warehouse for the id of an erased customer: always the same, and not to be
    computed from the id without the shop's secret salt.
-#}
{% macro erased_token(customer_id) -%}
    {#- Where nobody is erased, a shop needs no salt for it. -#}
    {%- set salt = campaign_salt() if has_erased_customers() or var('campaign_salt') else "''" -%}
    'erased-' || substr(md5({{ salt }} || ':erased:' || {{ customer_id }}), 1, 20)
{%- endmacro %}


{#-
    Usage: the end of a model of lists or exports: a select of the CTE `rows`, which stops at the id
    of an erased customer. A run of the campaigns alone reads a longer list of erased customers, but
    not the order lines again, so their ids would still be there.
-#}
{% macro select_without_erased(rows) %}
    select {{ rows }}.* from {{ rows }}
    {%- if has_erased_customers() %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on {{ erased_token(rows ~ '.customer_id') }} = erased_customers.id_token
    where
        case
            when erased_customers.id_token is null then true
            else {{ stop_with(
                "'ERASED_CUSTOMERS names a customer whose order lines this warehouse read before: '"
                ~ " || 'run dbt build once without --select'"
            ) }}
        end
    {%- endif %}
{%- endmacro %}
