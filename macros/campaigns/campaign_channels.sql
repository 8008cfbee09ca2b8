{#- The channels of campaigns, each with the consent that it requires; post requires none. -#}
{% macro campaign_channels() %}
    {{ return({
        'email': 'has_email_consent',
        'sms': 'has_sms_consent',
        'ads': 'has_ads_consent',
        'post': none,
    }) }}
{% endmacro %}
