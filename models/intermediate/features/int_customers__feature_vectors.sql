-- Grain: one row per as-of date and customer with an order day before it: the features as numbers
-- that a linear model can take (macros/features/model_features.sql). Rounded to ten places, so that
-- engines agree to the last digit.
with features as (
    select * from {{ ref('int_customers__features') }}
),

vectors as (
    select
        as_of_date,
        customer_id,
        {% for feature in model_features() %}
        round({{ feature.sql }}, 10) as {{ feature.name }},
        {%- endfor %}
        is_in_backtest,
        is_in_training
    from features
)

select * from vectors
