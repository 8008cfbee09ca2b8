{#-
    The names of all audiences. Each is a model in
    models/marts/campaigns/audiences/audience_<name>.sql. To add an audience, add the file, and its
    name here.
-#}
{% macro audience_names() %}
    {{ return([
        'anomaly_review',
        'cannot_lose',
        'frequency_nudge',
        'overdue',
        'reactivation',
        'seasonal_buyers',
        'second_order',
        'upgrade',
        'vip_care',
        'win_back',
    ]) }}
{% endmacro %}
