{#- The channels a campaign may have, with the consent that each one needs; post needs none. -#}
{% macro campaign_channels() %}
    {{ return({
        'email': 'has_email_consent',
        'sms': 'has_sms_consent',
        'ads': 'has_ads_consent',
        'post': none,
    }) }}
{% endmacro %}
