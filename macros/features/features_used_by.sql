{#- The features that `use` (anomalies, clusters or lookalikes) has, in its order. -#}
{% macro features_used_by(use) %}
    {{ return(
        model_features()
        | selectattr('used_by.' ~ use, 'defined')
        | sort(attribute='used_by.' ~ use)
    ) }}
{% endmacro %}
