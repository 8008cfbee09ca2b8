-- Grain: one row per customer with an order day, as of now: what each topic adds to the log-odds of
-- no order within churn_horizon_days, by the logistic model.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

fit_churn as (
    select * from {{ ref('fit_churn') }}
    where
        status = 'ok'
        and horizon_days = {{ churn_horizon_days() }}
),

feature_scales as (
    select * from {{ ref('int_feature_scales') }}
),

feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

terms as (
    select
        feature_scales.as_of_date,
        feature_scales.feature,
        feature_scales.feature_mean,
        fit_churn.coefficient
    from as_of_dates
    inner join feature_scales
        on as_of_dates.as_of_date = feature_scales.as_of_date
    inner join fit_churn
        on
            as_of_dates.as_of_date = cast(fit_churn.as_of_date as date)
            and feature_scales.feature = fit_churn.feature
),

-- A coefficient whose sign contradicts the words of its topic gets a weight of 0, and so does a
-- feature that the fit dropped.
weights as (
    select
        {% for feature in model_features() %}
        max(case when feature = '{{ feature.name }}' then feature_mean end)
            as {{ feature.name }}_mean,
        {{ 'greatest' if feature.raises_churn == 'more' else 'least' }}(
            max(case when feature = '{{ feature.name }}' then coefficient end), 0e0
        ) as {{ feature.name }}_weight,
        {%- endfor %}
        as_of_date
    from terms
    group by as_of_date
),

parts as (
    select
        {% for topic in churn_topics() %}
        (
            0e0
            {%- for feature in model_features() if feature.topic == topic.name %}
            + coalesce(
                weights.{{ feature.name }}_weight * (
                    feature_vectors.{{ feature.name }}
                    - weights.{{ feature.name }}_mean
                ), 0e0
            )
            {%- endfor %}
        ) as {{ topic.name }}_part,
        {%- endfor %}
        feature_vectors.as_of_date,
        feature_vectors.customer_id
    from feature_vectors
    inner join weights
        on feature_vectors.as_of_date = weights.as_of_date
)

select * from parts
