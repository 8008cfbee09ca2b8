-- Grain: one row per as-of date that is scored in full and customer with an order day: the distance
-- from most customers of the date, the features that contribute most to it, and whether the
-- customer is flagged.
with vectors as (
    select feature_vectors.*
    from {{ ref('int_customers__feature_vectors') }} as feature_vectors
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on
            feature_vectors.as_of_date = as_of_dates.as_of_date
            and as_of_dates.is_scored_in_full
),

fit_anomalies as (
    select * from {{ ref('fit_anomalies') }}
),

fitted as (
    select
        cast(as_of_date as date) as as_of_date,
        {{ robust_fit_columns() }}
    from fit_anomalies
    group by 1
),

-- A feature that the fit dropped gets a deviation of 0.
deviations as (
    select
        {% for feature in features_used_by('anomalies') %}
        coalesce(
            vectors.{{ feature.name }} - fitted.{{ feature.name }}_location, 0e0
        ) as {{ feature.name }},
        {%- endfor %}
        vectors.as_of_date,
        vectors.customer_id
    from vectors
    left join fitted
        on vectors.as_of_date = fitted.as_of_date
),

contributions as (
    select
        {% for feature in features_used_by('anomalies') %}
        deviations.{{ feature.name }} as {{ feature.name }}_deviation,
        {{ distance_contribution(feature.name, 'fitted', 'deviations') }}
            as {{ feature.name }}_contribution,
        {%- endfor %}
        deviations.as_of_date,
        deviations.customer_id
    from deviations
    left join fitted
        on deviations.as_of_date = fitted.as_of_date
),

-- Rounded to ten places, so that equal customers have equal scores and reasons.
scored as (
    select
        as_of_date,
        customer_id,
        {% for feature in features_used_by('anomalies') %}
        {{ feature.name }}_deviation,
        round({{ feature.name }}_contribution, 10) as {{ feature.name }}_contribution,
        {%- endfor %}
        round(sqrt({{ squared_distance() }}), 10) as anomaly_score
    from contributions
),

{{ strongest_features('scored', distance_reasons(), places=3) }}

score_counts as (
    select
        as_of_date,
        anomaly_score,
        count(*) as customer_count
    from scored
    where anomaly_score is not null
    group by 1, 2
),

ranked_scores as (
    select
        as_of_date,
        anomaly_score,
        cast(
            sum(customer_count) over (
                partition by as_of_date
                order by anomaly_score desc nulls last
                rows between unbounded preceding and current row
            ) - customer_count as double
        ) as customers_above,
        cast(sum(customer_count) over (partition by as_of_date) as double) as total_count
    from score_counts
),

-- The lowest score that at most the given share of customers exceeds.
edges as (
    select
        as_of_date,
        min(
            case
                when
                    customers_above
                    <= {{ number_var('anomaly_share', 0, 1) }} * total_count + 1e-9
                    then anomaly_score
            end
        ) as anomaly_edge,
        min(
            case
                when
                    customers_above
                    <= {{ number_var('anomaly_review_share', 0, 1) }} * total_count + 1e-9
                    then anomaly_score
            end
        ) as review_edge
    from ranked_scores
    group by 1
),

anomalies as (
    select
        strongest_features.as_of_date,
        strongest_features.customer_id,

        strongest_features.reason_1,
        strongest_features.reason_2,
        strongest_features.reason_3,

        strongest_features.anomaly_score,
        {% for feature in features_used_by('anomalies') %}
        strongest_features.{{ feature.name }}_contribution,
        {%- endfor %}

        strongest_features.anomaly_score > edges.anomaly_edge as is_anomaly,
        strongest_features.anomaly_score > edges.review_edge as is_for_review
    from strongest_features
    left join edges
        on strongest_features.as_of_date = edges.as_of_date
)

select * from anomalies
