{#-
    What a churn risk is made of, in words. Features of one topic overlap, so each one's part alone
    says little; together they say how far the topic raises the risk. model_features says which
    features are of a topic, and whether more or less of each raises the risk; where a fit has it
    the other way round, which it may by chance, the feature is no part of the reason.
-#}
{% macro churn_topics() %}
    {{ return([
        {'name': 'silence', 'reason': 'long silent for the rhythm of the orders'},
        {'name': 'loyalty', 'reason': 'few orders for the time as a customer'},
        {'name': 'activity', 'reason': 'little activity in the last half year'},
        {'name': 'spending', 'reason': 'low or falling spending'},
        {'name': 'breadth', 'reason': 'a narrow range of products'},
        {'name': 'returns', 'reason': 'a high share of returns'},
        {'name': 'habits', 'reason': 'unusual times or place of ordering'},
    ]) }}
{% endmacro %}
