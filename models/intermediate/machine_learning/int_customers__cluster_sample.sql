-- Grain: one row per as-of date with a fit of clusters and customer in a hash-based sample of about
-- 20,000 per date: the rows that clusters are fitted on, with the features in order of preference.
with feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
    where is_in_training
),

as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current_fit or is_month_end or is_backtest_cutoff
),

sampled as (
    select
        feature_vectors.as_of_date,
        feature_vectors.customer_id,
        {% for feature in features_used_by('clusters') %}
        feature_vectors.{{ feature.name }},
        {%- endfor %}

        as_of_dates.is_current_fit
    from feature_vectors
    inner join as_of_dates
        on feature_vectors.as_of_date = as_of_dates.as_of_date
)

select * from sampled
