{#-
    Trimmed text; null where it only says that nothing is there. NA and Nat are not among them: the
    one is Namibia, the other a name.
-#}
{% macro text_or_null(column) -%}
    case
        when lower({{ column }}) not in (
            '', 'null', 'none', 'nan', 'n/a', '<na>', '#n/a', {{ text_literal('\\n') }}, '(null)',
            'undefined'
        )
            then {{ column }}
    end
{%- endmacro %}
