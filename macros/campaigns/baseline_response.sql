{#-
    The probability of an order within the attribution days without any campaign, from the churn
    risk of the purchase model, which is of churn_horizon_days: a shorter silence is as much
    likelier as if the risk were spread evenly.
-#}
{% macro baseline_response(churn_risk, attribution_days) -%}
    1e0 - power(
        {{ churn_risk }}, cast({{ attribution_days }} as double) / {{ churn_horizon_days() }}e0
    )
{%- endmacro %}
