{#-
    A select over an input's rows: each column's text under the name raw_<column>, and `line_hash`,
    equal for rows that are equal in every column of the input, mapped or not, in whatever order
    the columns stand.
-#}
{% macro select_as_text(relation, as_text, text) %}
    select
        {%- for column, expression in text.items() %}
        {{ expression }} as raw_{{ column }},
        {%- endfor %}
        md5(
            {%- for header in as_text | sort %}
            coalesce({{ as_text[header] }}, '')
            {%- if not loop.last %} || chr(31) || {%- endif %}
            {%- endfor %}
        ) as line_hash
    from {{ relation }}
{%- endmacro %}
