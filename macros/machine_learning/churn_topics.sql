{#-
    What a churn risk is made of, in words. Features of one topic overlap, so each one's part alone
    says little; together they say how far the topic raises the risk. Of each feature the words say
    whether more or less of it raises the risk; where a fit has it the other way round, which it may
    by chance, the feature is no part of the reason.
-#}
{% macro churn_topics() %}
    {{ return([
        {'name': 'silence', 'reason': 'long silent for the rhythm of the orders',
            'more': ['log_recency', 'log_silence', 'log_mean_gap', 'log_gap_deviation'],
            'less': ['alive_probability', 'log_expected_orders']},
        {'name': 'loyalty', 'reason': 'few orders for the time as a customer',
            'more': ['log_tenure'],
            'less': ['log_orders', 'log_repeat_orders', 'is_repeat_buyer']},
        {'name': 'activity', 'reason': 'little activity in the last half year',
            'more': [],
            'less': ['log_orders_90d', 'log_orders_previous_90d',
                'log_revenue_90d', 'log_revenue_previous_90d']},
        {'name': 'spending', 'reason': 'low or falling spending',
            'more': [],
            'less': ['log_revenue', 'log_order_value', 'log_order_quantity', 'order_value_trend',
                'log_expected_order_value']},
        {'name': 'breadth', 'reason': 'a narrow range of products',
            'more': [],
            'less': ['log_products', 'log_categories']},
        {'name': 'returns', 'reason': 'a high share of returns',
            'more': ['return_share'],
            'less': []},
        {'name': 'habits', 'reason': 'unusual times or place of ordering',
            'more': ['weekend_order_share', 'evening_order_share', 'is_abroad'],
            'less': []},
    ]) }}
{% endmacro %}
