{#-
    The features by which customers are unusual, of those in model_features: the columns of
    fit_anomalies, whose Python knows the same names (customer_value/anomalies.py).
-#}
{% macro anomaly_features() %}
    {%- set names = [
        'log_orders', 'log_order_value', 'log_order_quantity', 'log_products', 'log_categories',
        'log_recency', 'log_expected_orders',
    ] -%}
    {%- set features = [] -%}
    {%- for name in names -%}
        {%- do features.append(model_features() | selectattr('name', 'equalto', name) | first) -%}
    {%- endfor -%}
    {{ return(features) }}
{% endmacro %}
