{#-
    The audiences, each the name of a file models/marts/campaigns/audiences/audience_<name>.sql.
    To add one, add the file and its name here.
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
