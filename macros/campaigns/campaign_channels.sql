{#- The channels of campaigns. -#}
{% macro campaign_channels() %}
    {{ return(['email', 'sms', 'ads', 'post']) }}
{% endmacro %}
