{#-
    Whom past campaigns contacted and held back, as an input. There are no rows if
    PAST_CAMPAIGN_CONTACTS is not set.
-#}
{% macro past_campaign_contacts_input() %}
    {{ return({
        'name': 'past_campaign_contacts',
        'variable': 'PAST_CAMPAIGN_CONTACTS',
        'path': env_var('PAST_CAMPAIGN_CONTACTS', ''),
        'sample': none,
        'rows': 'past campaign contacts',
        'row': 'a past campaign contact',
        'columns_var': 'past_campaign_contact_columns',
        'options_var': 'past_campaign_contact_csv_options',
        'columns': [
            'campaign_id', 'arm', 'customer_id', 'email', 'phone', 'contacted_at', 'variant',
            'redeemed_at',
        ],
        'never_without': ['campaign_id', 'arm'],
        'one_of': ['customer_id', 'email', 'phone'],
        'presets': [{
            'name': 'past_campaign_contacts',
            'label': 'a list of past campaign contacts',
            'signature': [],
            'columns': {
                'campaign_id': 'Campaign ID',
                'arm': 'Arm',
                'customer_id': 'Customer ID',
                'email': 'Email',
                'phone': 'Phone',
                'contacted_at': 'Contacted At',
                'variant': 'Variant',
                'redeemed_at': 'Redeemed At',
            },
            'may_be_missing': [
                'customer_id', 'email', 'phone', 'contacted_at', 'variant', 'redeemed_at',
            ],
        }],
        'default_preset': 'past_campaign_contacts',
    }) }}
{% endmacro %}


{#- A select of all their columns, as text; without rows if there are none. -#}
{% macro read_past_campaign_contacts() %}
    {%- set input = past_campaign_contacts_input() -%}
    {%- if execute and input.path -%}
        {{ read_all_columns(input) }}
    {%- else -%}
        {{ read_no_input(input) }}
    {%- endif -%}
{%- endmacro %}
