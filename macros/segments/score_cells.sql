{#-
    The 125 combinations of the three scores, as rows like those of scored customers. Every other
    column that a rule may use is null, with its own type.
-#}
{% macro score_cells() -%}
    select
        {%- for column in scored_columns() %}
        cast(null as {{ column.data_type }}) as {{ column.name }},
        {%- endfor %}
        r_scores.number + 1 as r_score,
        f_scores.number + 1 as f_score,
        m_scores.number + 1 as m_score
    from {{ numbers(5, 'r_scores') }}
    cross join {{ numbers(5, 'f_scores') }}
    cross join {{ numbers(5, 'm_scores') }}
{%- endmacro %}


{#- The columns of int_customers__rfm_scored, without the scores. -#}
{% macro scored_columns() %}
    {{ return(
        adapter.get_columns_in_relation(ref('int_customers__rfm_scored'))
        | rejectattr('name', 'in', ['r_score', 'f_score', 'm_score'])
        | list
    ) }}
{% endmacro %}
