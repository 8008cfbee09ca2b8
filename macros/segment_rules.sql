{#-
    The segments, in order: the first predicate that holds wins. A segment is added here and nowhere
    else. A predicate may use any column of int_customers__rfm_scored. The last one catches all that
    is left: 'true'.

    The eleven default segments are the usual ones. They follow the common map of the 125 score
    cells, without its oddities (a one-time buyer whom one "cannot lose", a new customer not seen
    for months).
-#}
{% macro segment_rules() %}
    {{ return([
        {
            'segment': 'champions',
            'label': 'Champions',
            'predicate': 'r_score >= 4 and f_score >= 4 and m_score >= 4',
            'description': 'Bought lately, buy often, spend most.',
            'action': 'Reward them, show them new products first, ask for referrals and reviews.',
        },
        {
            'segment': 'loyal_customers',
            'label': 'Loyal Customers',
            'predicate': 'r_score >= 3 and f_score >= 3 and f_score + m_score >= 8',
            'description': 'Buy often and spend well, and are still active.',
            'action': 'Offer products of higher value, invite them to a loyalty programme.',
        },
        {
            'segment': 'need_attention',
            'label': 'Need Attention',
            'predicate': 'r_score = 3 and f_score in (2, 3) and m_score >= 4',
            'description': 'Spent more than most, but their last order is a while ago.',
            'action': 'Make a limited offer, based on what they bought.',
        },
        {
            'segment': 'new_customers',
            'label': 'New Customers',
            'predicate': 'r_score >= 4 and f_score = 1 and m_score <= 2',
            'description': 'Bought lately, seldom and for little: most of them for the first time.',
            'action': 'Welcome them, help them to start, bring them to a second order.',
        },
        {
            'segment': 'about_to_sleep',
            'label': 'About To Sleep',
            'predicate': 'r_score = 3 and f_score <= 3 and m_score <= 2',
            'description': 'Bought little, and not lately.',
            'action': 'Share what is popular, offer a discount to come back.',
        },
        {
            'segment': 'potential_loyalists',
            'label': 'Potential Loyalists',
            'predicate': 'r_score >= 3 and f_score >= 3',
            'description': 'Have bought more than once and lately, for less than the best.',
            'action': 'Recommend related products, offer membership.',
        },
        {
            'segment': 'promising',
            'label': 'Promising',
            'predicate': 'r_score >= 3',
            'description': 'Bought lately and not yet often.',
            'action': 'Make the brand known to them, give a reason for the next order.',
        },
        {
            'segment': 'cannot_lose_them',
            'label': 'Cannot Lose Them',
            'predicate': 'r_score = 1 and f_score >= 4 and m_score >= 4',
            'description': 'Were among the best and have been gone the longest.',
            'action': 'Call them, find out why, make one strong and personal offer.',
        },
        {
            'segment': 'at_risk',
            'label': 'At Risk',
            'predicate': 'r_score <= 2 and f_score >= 2 and f_score + m_score >= 6',
            'description': 'Bought often or spent well, but long ago.',
            'action': 'Write to them personally, offer to renew what they bought.',
        },
        {
            'segment': 'lost',
            'label': 'Lost',
            'predicate': 'r_score = 1 and (f_score = 1 or m_score = 1)',
            'description': 'Bought seldom or for little, and have been gone the longest.',
            'action': 'Try one campaign to win them back, then leave them out.',
        },
        {
            'segment': 'hibernating',
            'label': 'Hibernating',
            'predicate': 'true',
            'description': 'Bought little, and long ago.',
            'action': 'Include in seasonal mailings only.',
        },
    ]) }}
{% endmacro %}
