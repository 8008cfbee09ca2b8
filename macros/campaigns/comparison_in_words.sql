{#-
    The verdict on a comparison of two groups, as branches of a `case`, from `still running` on. The
    caller puts its own branches for what cannot be compared before them. A difference is named
    where its p-value after Holm's correction is below .05, separately for response and for revenue
    (by CUPED). `words` holds SQL expressions for the texts: `not_drawn`, `no_difference`,
    `more_responders`, `fewer_responders`, `more_revenue`, `less_revenue`.
-#}
{% macro comparison_in_words(smaller_count, words) -%}
        when measured_until < attribution_end_date
            then
                'still running: measured until '
                || cast(measured_until as {{ dbt.type_string() }}) || ', to be read on '
                || cast(attribution_end_date as {{ dbt.type_string() }})
        when {{ smaller_count }} < 2 then 'one customer is nothing to compare with'
        when sample_ratio_p_value < 0.001e0 then 'not to be trusted: ' || {{ words.not_drawn }}
        when
            coalesce(response_p_value_holm, 1e0) >= 0.05e0
            and coalesce(cuped_revenue_p_value_holm, 1e0) >= 0.05e0
            then {{ words.no_difference }}
        else
            case
                when coalesce(response_p_value_holm, 1e0) >= 0.05e0
                    then 'response ' || {{ words.no_difference }}
                when response_difference > 0e0 then {{ words.more_responders }}
                else {{ words.fewer_responders }}
            end
            || ', '
            || case
                when coalesce(cuped_revenue_p_value_holm, 1e0) >= 0.05e0
                    then 'revenue ' || {{ words.no_difference }}
                when cuped_revenue_difference > 0e0 then {{ words.more_revenue }}
                else {{ words.less_revenue }}
            end
{%- endmacro %}
