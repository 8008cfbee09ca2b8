-- Grain: one row per feature of model_features: its words, its topic, and its place in the list of
-- each model that uses a subset. The Python fits read their columns from here.
select
    cast(features.feature as {{ dbt.type_string() }}) as feature,
    features.topic,
    features.more_of_it,
    features.less_of_it,
    cast(features.anomaly_place as integer) as anomaly_place,
    cast(features.cluster_place as integer) as cluster_place,
    cast(features.lookalike_place as integer) as lookalike_place
from (
    values
    {%- for feature in model_features() %}
    (
        '{{ feature.name }}', '{{ feature.topic }}', '{{ feature.more }}', '{{ feature.less }}',
        {{ feature.used_by.anomalies | default('null') }},
        {{ feature.used_by.clusters | default('null') }},
        {{ feature.used_by.lookalikes | default('null') }}
    ){{ ',' if not loop.last }}
    {%- endfor %}
) as features (
    feature, topic, more_of_it, less_of_it, anomaly_place, cluster_place, lookalike_place
)
