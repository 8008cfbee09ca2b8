{#- The features of model_features that anomalies, clusters or lookalikes use, in their order. -#}
{% macro features_used_by(use) %}
    {{ return(
        model_features()
        | selectattr('used_by.' ~ use, 'defined')
        | sort(attribute='used_by.' ~ use)
    ) }}
{% endmacro %}
