{#-
    The topics that explain a churn risk, each with its reason in words. The features of a topic are
    correlated, so the part of a single feature means little; their sum shows how far the topic
    raises the risk. model_features assigns each feature to a topic, and says whether more or less
    of the feature raises the risk. Where a fitted coefficient has the opposite sign, which may
    happen by chance, the feature does not count towards the reason.
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
