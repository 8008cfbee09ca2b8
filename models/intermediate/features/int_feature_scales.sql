-- Grain: one row per as-of date and feature: where its customers lie, and how far apart. A model
-- that has learned from customers relative to those of their own date holds when all grow older.
with int_customers__feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

sums as (
    select
        as_of_date,
        {%- for feature in model_features() %}
        {{ sum_exactly(feature.name) }} as {{ feature.name }}_sum,
        {{ sum_exactly('power(' ~ feature.name ~ ', 2)') }} as {{ feature.name }}_square_sum,
        {%- endfor %}
        cast(count(*) as double) as customer_count
    from int_customers__feature_vectors
    group by 1
),

-- Summed side by side, then told one by one: each customer is read once.
named_sums as (
    select
        sums.as_of_date,
        features.feature,
        sums.customer_count,
        case features.feature
            {%- for feature in model_features() %}
            when '{{ feature.name }}' then sums.{{ feature.name }}_sum
            {%- endfor %}
        end as value_sum,
        case features.feature
            {%- for feature in model_features() %}
            when '{{ feature.name }}' then sums.{{ feature.name }}_square_sum
            {%- endfor %}
        end as square_sum
    from sums
    cross join (
        values ('{{ model_features() | map(attribute='name') | join("'), ('") }}')
    ) as features (feature)
),

moments as (
    select
        as_of_date,
        feature,
        value_sum / nullif(customer_count, 0e0) as feature_mean,
        square_sum / nullif(customer_count, 0e0)
        - power(value_sum / nullif(customer_count, 0e0), 2) as variance
    from named_sums
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
