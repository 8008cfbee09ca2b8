{#-
    The customers' contacts as an input, like the order lines. A missing consent column stops the
    run; otherwise a misspelt header would withdraw the consent of all customers.
-#}
{% macro customer_contacts_input() %}
    {{ return({
        'name': 'customer_contacts',
        'variable': 'CUSTOMER_CONTACTS',
        'path': env_var('CUSTOMER_CONTACTS', ''),
        'sample': 'seeds/sample/sample_customer_contacts.csv',
        'rows': 'customer contacts',
        'row': 'a customer contact',
        'columns_var': 'customer_contact_columns',
        'options_var': 'customer_contact_csv_options',
        'columns': [
            'customer_id',
            'email',
            'phone',
            'country',
            'postal_code',
            'first_name',
            'last_name',
            'email_consent',
            'sms_consent',
            'ads_consent',
        ],
        'never_without': ['customer_id'],
        'one_of': [],
        'presets': [{
            'name': 'contacts',
            'label': 'a list of contacts',
            'signature': [],
            'columns': {
                'customer_id': 'Customer ID',
                'email': 'Email',
                'phone': 'Phone',
                'country': 'Country',
                'postal_code': 'Zip',
                'first_name': 'First Name',
                'last_name': 'Last Name',
                'email_consent': 'Email Consent',
                'sms_consent': 'SMS Consent',
                'ads_consent': 'Ads Consent',
            },
            'may_be_missing': ['postal_code', 'first_name', 'last_name'],
        }],
        'default_preset': 'contacts',
    }) }}
{% endmacro %}
