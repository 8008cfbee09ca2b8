{#-
    A score from 1 to 5: 1 plus the number of edges that the value is strictly better than, so that
    equal values get equal scores. A null value gets 1. `passed` is the comparison that means
    better: > or <.
-#}
{% macro score_by_edges(value, passed, edges) -%}
    1
    {%- for edge in [1, 2, 3, 4] %}
        + coalesce(cast({{ value }} {{ passed }} {{ edges }}.edge_{{ edge }} as integer), 0)
    {%- endfor %}
{%- endmacro %}
