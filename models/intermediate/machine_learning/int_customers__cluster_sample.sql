-- Grain: one row per as-of date with clusters and customer of a sample by hash, of about 20,000 a
-- date: what clusters are fitted on, by the features in their order of preference.
with int_customers__feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
    where is_in_training
),

int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current or is_month_end or is_backtest_cutoff
),

sampled as (
    select
        int_customers__feature_vectors.as_of_date,
        int_customers__feature_vectors.customer_id,
        {% for feature in features_used_by('clusters') %}
        int_customers__feature_vectors.{{ feature.name }},
        {%- endfor %}

        int_as_of_dates.is_current
    from int_customers__feature_vectors
    inner join int_as_of_dates
        on int_customers__feature_vectors.as_of_date = int_as_of_dates.as_of_date
)

select * from sampled
