-- Grain: one row per as-of date and feature: where its customers lie, and how far apart. A model
-- that has learned from customers relative to those of their own date holds when all grow older.
with int_customers__feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

named as (
    {% for feature in model_features() %}
    select
        as_of_date,
        '{{ feature.name }}' as feature,
        {{ feature.name }} as feature_value
    from int_customers__feature_vectors
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

sums as (
    select
        as_of_date,
        feature,
        cast(count(*) as double) as customer_count,
        {{ sum_exactly('feature_value') }} as value_sum,
        {{ sum_exactly('power(feature_value, 2)') }} as square_sum
    from named
    group by 1, 2
),

moments as (
    select
        as_of_date,
        feature,
        value_sum / nullif(customer_count, 0e0) as feature_mean,
        square_sum / nullif(customer_count, 0e0)
        - power(value_sum / nullif(customer_count, 0e0), 2) as variance
    from sums
),

-- A constant's variance is what rounding leaves of 0, and never as much as 1e-9.
scales as (
    select
        as_of_date,
        feature,
        round(feature_mean, 10) as feature_mean,
        case when variance > 1e-9 then round(sqrt(variance), 10) else 0e0 end as feature_deviation
    from moments
)

select * from scales
