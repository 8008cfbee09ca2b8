{#-
    A trimmed text, or null where it is a marker for a missing value. NA and Nat are not markers:
    NA is the code of Namibia, and Nat is a name.
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
