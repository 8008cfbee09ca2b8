-- Grain: one row per as-of date and feature: the mean and the standard deviation over the customers
-- of the date. Models are fitted on values relative to the customers of the same date, so that they
-- stay valid when all customers grow older.
with feature_vectors as (
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
    from feature_vectors
    group by 1
),

-- The sums are computed as columns and unpivoted here, so that each customer is read only once.
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

-- Rounding gives a constant feature a variance that is not exactly 0, but always below 1e-9.
scales as (
    select
        as_of_date,
        feature,
        round(feature_mean, 10) as feature_mean,
        case when variance > 1e-9 then round(sqrt(variance), 10) else 0e0 end as feature_deviation
    from moments
)

select * from scales
