{#-
    The probability of an order within the attribution days without a campaign. The purchase model
    predicts the churn risk over churn_horizon_days. With a constant rate of orders, the
    probability of no order over n days is that risk to the power of n / churn_horizon_days.
-#}
{% macro baseline_response(churn_risk, attribution_days) -%}
    1e0 - power(
        {{ churn_risk }}, cast({{ attribution_days }} as double) / {{ churn_horizon_days() }}e0
    )
{%- endmacro %}
