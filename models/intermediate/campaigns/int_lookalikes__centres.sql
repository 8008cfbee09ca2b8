-- Grain: one row per as-of date and horizon with seeds, and feature: the seeds' mean, weighted by
-- their value, and the weight of the feature in the distance to it.
with lookalike_customers as (
    select * from {{ ref('int_lookalikes__customers') }}
    where is_seed
),

feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

feature_scales as (
    select * from {{ ref('int_feature_scales') }}
),

seeds as (
    select
        lookalike_customers.horizon_days,
        lookalike_customers.customer_value,
        feature_vectors.*
    from lookalike_customers
    inner join feature_vectors
        on
            lookalike_customers.as_of_date = feature_vectors.as_of_date
            and lookalike_customers.customer_id = feature_vectors.customer_id
),

named as (
    {%- for feature in features_used_by('lookalikes') %}
    select
        as_of_date,
        horizon_days,
        '{{ feature.name }}' as feature,
        customer_value,
        {{ feature.name }} as feature_value
    from seeds
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

weighted as (
    select
        as_of_date,
        horizon_days,
        feature,
        count(*) as seed_count,
        {{ sum_exactly('customer_value * feature_value', places=6) }}
        / nullif({{ sum_exactly('customer_value', places=6) }}, 0e0) as seed_mean
    from named
    group by 1, 2, 3
),

differences as (
    select
        weighted.*,
        feature_scales.feature_mean,
        feature_scales.feature_deviation,
        -- A feature without spread does not distinguish customers.
        coalesce(round(
            (weighted.seed_mean - feature_scales.feature_mean)
            / nullif(feature_scales.feature_deviation, 0e0),
            9
        ), 0e0) as standardised_difference
    from weighted
    inner join feature_scales
        on
            weighted.as_of_date = feature_scales.as_of_date
            and weighted.feature = feature_scales.feature
),

difference_sums as (
    select
        as_of_date,
        horizon_days,
        {{ sum_exactly('abs(standardised_difference)') }} as difference_sum
    from differences
    group by 1, 2
),

centres as (
    select
        differences.as_of_date,
        differences.horizon_days,
        differences.feature,
        cast(differences.seed_count as integer) as seed_count,
        differences.seed_mean,
        differences.feature_mean,
        differences.feature_deviation,
        differences.standardised_difference,
        abs(differences.standardised_difference) / nullif(difference_sums.difference_sum, 0e0)
            as weight
    from differences
    inner join difference_sums
        on
            differences.as_of_date = difference_sums.as_of_date
            and differences.horizon_days = difference_sums.horizon_days
)

select * from centres
