{#-
    Merged accounts as an input: an id, and the id of the customer that it belongs to. There are no
    rows if CUSTOMER_ALIASES is not set.
-#}
{% macro customer_aliases_input() %}
    {{ return({
        'name': 'customer_aliases',
        'variable': 'CUSTOMER_ALIASES',
        'path': env_var('CUSTOMER_ALIASES', ''),
        'sample': none,
        'rows': 'customer aliases',
        'row': 'a customer alias',
        'columns_var': 'customer_alias_columns',
        'options_var': 'customer_alias_csv_options',
        'columns': ['customer_id', 'belongs_to'],
        'never_without': ['customer_id', 'belongs_to'],
        'one_of': [],
        'presets': [{
            'name': 'aliases',
            'label': 'a list of aliases',
            'signature': [],
            'columns': {'customer_id': 'Customer ID', 'belongs_to': 'Belongs To'},
            'may_be_missing': [],
        }],
        'default_preset': 'aliases',
    }) }}
{% endmacro %}
