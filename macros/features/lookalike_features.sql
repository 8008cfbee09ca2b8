{#-
    The features by which customers are alike, of those in model_features: what a customer may have
    from the second order on. What adds up with every order (orders, revenue, products, tenure) is
    left out: by it only the valuable are like the valuable.
-#}
{% macro lookalike_features() %}
    {%- set names = [
        'log_recency', 'log_silence', 'is_repeat_buyer', 'log_order_value', 'log_order_quantity',
        'order_value_trend', 'return_share', 'weekend_order_share', 'evening_order_share',
        'is_abroad',
    ] -%}
    {%- set features = [] -%}
    {%- for name in names -%}
        {%- do features.append(model_features() | selectattr('name', 'equalto', name) | first) -%}
    {%- endfor -%}
    {{ return(features) }}
{% endmacro %}
