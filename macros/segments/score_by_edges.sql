{#-
    A score from 1 to 5: 1 and one more for each edge that the value has strictly passed, so that
    equal values get equal scores. A value that is null has passed none. `passed` is the comparison
    that counts as better: > or <.
-#}
{% macro score_by_edges(value, passed, edges) -%}
    1
    {%- for edge in [1, 2, 3, 4] %}
        + coalesce(cast({{ value }} {{ passed }} {{ edges }}.edge_{{ edge }} as integer), 0)
    {%- endfor %}
{%- endmacro %}
