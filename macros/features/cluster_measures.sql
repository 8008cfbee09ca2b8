{#-
    The measures that describe clusters, in original units: columns of int_customers__features.
    `feature` is the feature of model_features that is the measure's log, if there is one.
-#}
{% macro cluster_measures() %}
    {{ return([
        {'name': 'recency_days', 'feature': 'log_recency'},
        {'name': 'tenure_days', 'feature': 'log_tenure'},
        {'name': 'order_count', 'feature': 'log_orders'},
        {'name': 'net_revenue', 'feature': 'log_revenue'},
        {'name': 'average_order_value', 'feature': 'log_order_value'},
        {'name': 'distinct_product_count', 'feature': 'log_products'},
        {'name': 'order_days_90d', 'feature': none},
        {'name': 'net_revenue_90d', 'feature': none},
        {'name': 'return_share', 'feature': none},
    ]) }}
{% endmacro %}
