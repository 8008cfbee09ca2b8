{#-
    The centre and the precision matrix of fit_anomalies as columns of one row per as-of date. A
    feature that the fit dropped has a null location and precisions of 0.
-#}
{% macro robust_fit_columns() -%}
    {%- for feature in features_used_by('anomalies') %}
    max(case when feature = '{{ feature.name }}' then location end)
        as {{ feature.name }}_location,
    {%- for other in features_used_by('anomalies') %}
    coalesce(
        max(case when feature = '{{ feature.name }}' then precision_{{ other.name }} end), 0e0
    ) as {{ feature.name }}_{{ other.name }},
    {%- endfor %}
    {%- endfor %}
    coalesce(bool_or(status = 'ok'), false) as is_fitted
{%- endmacro %}


{#-
    The contribution of a feature to the squared distance: its deviation from the centre, times the
    product of its row of the precision matrix and all deviations. Null where nothing was fitted.
    `fitted` is the alias of a row with robust_fit_columns, `deviations` the alias of rows with the
    features' deviations.
-#}
{% macro distance_contribution(feature, fitted, deviations) -%}
    case
        when {{ fitted }}.is_fitted
            then {{ deviations }}.{{ feature }} * (
                {%- for other in features_used_by('anomalies') %}
                {{ '+ ' if not loop.first -}}
                {{ fitted }}.{{ feature }}_{{ other.name }} * {{ deviations }}.{{ other.name }}
                {%- endfor %}
            )
    end
{%- endmacro %}


{#- The squared distance: the sum of the columns <feature>_contribution. -#}
{% macro squared_distance() -%}
    {%- for feature in features_used_by('anomalies') -%}
    {{ ' + ' if not loop.first }}{{ feature.name }}_contribution
    {%- endfor -%}
{%- endmacro %}


{#- The columns <feature>_contribution with their words, as strongest_features needs them. -#}
{% macro distance_reasons() %}
    {%- set reasons = [] -%}
    {%- for feature in features_used_by('anomalies') -%}
        {%- do reasons.append({
            'contribution': feature.name ~ '_contribution',
            'words': "case when " ~ feature.name ~ "_deviation > 0e0 then '" ~ feature.more
                ~ "' else '" ~ feature.less ~ "' end",
        }) -%}
    {%- endfor -%}
    {{ return(reasons) }}
{% endmacro %}
