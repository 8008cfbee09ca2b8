-- Grain: one row per as-of date and customer with an order day before it: the features as numbers
-- that a linear model can take. Counts, days and money as ln(1 + x); what does not exist for a
-- customer is 0. Digits beyond the tenth are not told, so that engines agree to the last one.
with int_customers__features as (
    select * from {{ ref('int_customers__features') }}
),

transformed as (
    select
        as_of_date,
        customer_id,

        {{ log_feature('recency_days') }} as log_recency,
        {{ log_feature('tenure_days') }} as log_tenure,
        {{ log_feature('order_count') }} as log_orders,
        {{ log_feature('order_day_count - 1') }} as log_repeat_orders,
        {{ log_feature('net_revenue') }} as log_revenue,
        {{ log_feature('average_order_value') }} as log_order_value,
        greatest(least(coalesce(order_value_trend, 0e0), 1e0), -1e0) as order_value_trend,
        {{ log_feature('mean_gap_days') }} as log_mean_gap,
        {{ log_feature('gap_deviation_days') }} as log_gap_deviation,
        {{ log_feature('silence_ratio') }} as log_silence,
        {{ log_feature('order_days_90d') }} as log_orders_90d,
        {{ log_feature('order_days_previous_90d') }} as log_orders_previous_90d,
        {{ log_feature('net_revenue_90d') }} as log_revenue_90d,
        {{ log_feature('net_revenue_previous_90d') }} as log_revenue_previous_90d,
        {{ log_feature(
            'cast(sold_quantity as double) / cast(nullif(placed_order_count, 0) as double)'
        ) }} as log_order_quantity,
        {{ log_feature('distinct_product_count') }} as log_products,
        {{ log_feature('distinct_category_count') }} as log_categories,
        coalesce(return_share, 0e0) as return_share,
        coalesce(weekend_order_share, 0e0) as weekend_order_share,
        coalesce(evening_order_share, 0e0) as evening_order_share,
        coalesce(alive_probability, 0e0) as alive_probability,
        {{ log_feature('expected_orders_a_year') }} as log_expected_orders,
        {{ log_feature('expected_order_value') }} as log_expected_order_value,
        case when order_day_count > 1 then 1e0 else 0e0 end as is_repeat_buyer,
        case when is_abroad then 1e0 else 0e0 end as is_abroad,

        is_in_backtest,
        is_in_training
    from int_customers__features
),

vectors as (
    select
        as_of_date,
        customer_id,
        {% for feature in model_features() %}
        round({{ feature.name }}, 10) as {{ feature.name }},
        {%- endfor %}
        is_in_backtest,
        is_in_training
    from transformed
)

select * from vectors
